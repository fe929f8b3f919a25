//! Derives from the times of packets what was lost between them.

use symphonia::core::packet::Packet;
use symphonia::core::units::Timestamp;

/// How much later than expected a packet may be if times are rounded, in seconds. Recorders also
/// let packets drift by a fraction of their length.
const SLACK_SECONDS: f64 = 0.1;

/// The most that can be lost at once, and in total, in seconds. Times beyond that are wrong, and a
/// small file must not become days of silence.
const MAX_GAP_SECONDS: f64 = 6.0 * 3_600.0;
const MAX_TOTAL_SECONDS: f64 = 24.0 * 3_600.0;

/// Follows the times of a track's packets, and limits what is missing between them.
pub(crate) struct Timeline {
    /// Seconds per unit of time.
    tick: f64,
    /// Whether times are only those at the ends of pages, as in Ogg. Encoders miscount there, so that
    /// only the numbers of pages show what is lost.
    is_ogg: bool,
    /// Where the next packet should begin, if times count samples.
    next: Option<Timestamp>,
    /// The time of the first packet, in seconds, and the samples since, if they do not.
    first: Option<f64>,
    passed: f64,
    total: f64,
}

impl Timeline {
    pub(crate) fn new(tick: f64, is_ogg: bool) -> Self {
        Timeline { tick, is_ogg, next: None, first: None, passed: 0.0, total: 0.0 }
    }

    /// Returns the seconds that are missing before `packet`. `rate` is 0 before the first samples.
    pub(crate) fn lost(&mut self, packet: &Packet, rate: u32) -> f64 {
        if self.is_ogg {
            return 0.0;
        }
        // Times are exact to the sample if their unit is a sample.
        let counts_samples = (self.tick * f64::from(rate) - 1.0).abs() < 1e-6;
        let time = packet.pts.get() as f64 * self.tick;
        let lost = if rate == 0 {
            0.0
        } else if counts_samples {
            let lost = self.next.and_then(|next| packet.pts.duration_from(next));
            lost.map_or(0.0, |lost| lost.get() as f64 * self.tick)
        } else {
            let expected = self.first.map(|first| first + self.passed / f64::from(rate));
            let lost = expected.map_or(0.0, |expected| time - expected);
            if lost > SLACK_SECONDS { lost } else { 0.0 }
        };
        self.next = packet.pts.checked_add(packet.block_dur());
        self.first.get_or_insert(time);
        let counted = self.missing(lost, rate);
        if counted < lost {
            self.go_on_from(time, rate);
        }
        counted
    }

    /// Returns how many seconds become silence for frames as long as `packet` that are missing
    /// before it.
    pub(crate) fn lost_frames(&mut self, packet: &Packet, frames: f64, rate: u32) -> f64 {
        self.missing(packet.block_dur().get() as f64 * self.tick * frames, rate)
    }

    /// Returns how many seconds become silence for `samples` that are missing with pages of Ogg.
    pub(crate) fn lost_pages(&mut self, samples: u64, rate: u32) -> f64 {
        self.missing(samples as f64 * self.tick, rate)
    }

    /// Returns how many seconds are missing in total.
    pub(crate) fn total(&self) -> f64 {
        self.total
    }

    /// Returns how many seconds of the damaged `packet` become silence.
    pub(crate) fn damaged(&mut self, packet: &Packet, rate: u32) -> f64 {
        self.missing(packet.dur.get() as f64 * self.tick, rate)
    }

    /// Counts seconds that are missing, and returns them; none if they are too many.
    fn missing(&mut self, seconds: f64, rate: u32) -> f64 {
        if seconds > MAX_GAP_SECONDS || self.total + seconds > MAX_TOTAL_SECONDS {
            return 0.0;
        }
        self.total += seconds;
        self.passed += seconds * f64::from(rate);
        seconds
    }

    /// Assumes that times continue from what was decoded.
    fn go_on_from(&mut self, time: f64, rate: u32) {
        self.first = Some(time - self.passed / f64::from(rate.max(1)));
    }

    /// Takes the number of decoded samples per channel.
    pub(crate) fn pass(&mut self, frames: f64) {
        self.passed += frames;
    }

    /// Begins the next stream in the file. Missing samples count for the whole file.
    pub(crate) fn next_stream(&mut self, tick: f64) {
        *self = Timeline { total: self.total, ..Timeline::new(tick, self.is_ogg) };
    }
}

#[cfg(test)]
mod tests {
    use symphonia::core::packet::Packet;
    use symphonia::core::units::{Duration, Timestamp};

    use super::{MAX_TOTAL_SECONDS, Timeline};

    const RATE: u32 = 1_000;

    /// Returns a packet of an hour per unit of `hours`, in units of a second.
    fn packet(start: i64, hours: u64) -> Packet {
        Packet::new(0, Timestamp::new(start), Duration::from(hours * 3_600), &[][..])
    }

    #[test]
    fn a_damaged_packet_of_days_is_dropped_and_others_add_up() {
        let mut timeline = Timeline::new(1.0, false);
        assert_eq!(timeline.damaged(&packet(0, 7), RATE), 0.0);
        assert_eq!(timeline.damaged(&packet(0, u64::MAX / 3_600), RATE), 0.0);
        let seconds: f64 = (0..10).map(|_| timeline.damaged(&packet(0, 5), RATE)).sum();
        assert_eq!(seconds, 20.0 * 3_600.0);
    }

    #[test]
    fn what_is_missing_in_all_streams_of_a_file_is_limited() {
        let mut timeline = Timeline::new(1.0, false);
        let mut lost = 0.0;
        for _ in 0..10 {
            timeline.lost(&packet(0, 0), RATE);
            lost += timeline.lost(&packet(5 * 3_600, 0), RATE);
            timeline.next_stream(1.0);
        }
        assert!(lost <= MAX_TOTAL_SECONDS && lost > MAX_TOTAL_SECONDS / 2.0, "{lost}");
    }
}
