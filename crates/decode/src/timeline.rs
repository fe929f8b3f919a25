//! The times of packets → what was lost between them.

use symphonia::core::packet::Packet;
use symphonia::core::units::Timestamp;

use crate::ogg::Losses;

/// How much later than expected a packet may be where times are rounded, in seconds. Recorders
/// also let packets drift by some of their own length.
const SLACK_SECONDS: f64 = 0.1;

/// The most that can be lost at once, and in all, in seconds. Times beyond that are wrong, and a
/// small file must not become days of silence.
const MAX_GAP_SECONDS: f64 = 6.0 * 3_600.0;
const MAX_TOTAL_SECONDS: f64 = 24.0 * 3_600.0;

/// Follows the times of a track's packets.
pub(crate) struct Timeline {
    /// Seconds per unit of time.
    tick: f64,
    /// What is missing of an Ogg file, and how much of that was found between packets so far. Times of
    /// other files are exact to the sample where their unit is one.
    losses: Option<Losses>,
    found: u64,
    /// Where the next packet should begin, if times count samples.
    next: Option<Timestamp>,
    /// The time of the first packet, in seconds, and the samples since, if they do not.
    first: Option<f64>,
    passed: f64,
    total: f64,
}

impl Timeline {
    pub(crate) fn new(tick: f64, losses: Option<Losses>) -> Self {
        let found = losses.as_ref().map_or(0, Losses::count);
        Timeline { tick, losses, found, next: None, first: None, passed: 0.0, total: 0.0 }
    }

    /// The seconds that are missing before `packet`. `rate` is 0 before the first samples.
    pub(crate) fn lost(&mut self, packet: &Packet, rate: u32) -> f64 {
        let counts_samples =
            self.losses.is_none() && (self.tick * f64::from(rate) - 1.0).abs() < 1e-6;
        let time = packet.pts.get() as f64 * self.tick;
        let lost = if rate == 0 {
            0.0
        } else if counts_samples {
            let lost = self.next.and_then(|next| packet.pts.duration_from(next));
            lost.map_or(0.0, |lost| lost.get() as f64 * self.tick)
        } else {
            let expected = self.first.map(|first| first + self.passed / f64::from(rate));
            let lost = expected.map_or(0.0, |expected| time - expected);
            if lost > SLACK_SECONDS && self.is_found_lost() {
                lost
            } else {
                if self.losses.is_some() && lost.abs() > SLACK_SECONDS {
                    self.go_on_from(time, rate);
                }
                0.0
            }
        };
        self.next = packet.pts.checked_add(packet.block_dur());
        self.first.get_or_insert(time);
        if lost > MAX_GAP_SECONDS || self.total + lost > MAX_TOTAL_SECONDS {
            self.go_on_from(time, rate);
            return 0.0;
        }
        self.total += lost;
        self.passed += lost * f64::from(rate);
        lost
    }

    /// Whether something is missing where times indicate it. If no page is missing, the count at
    /// the end of an Ogg page is wrong.
    fn is_found_lost(&mut self) -> bool {
        let Some(losses) = &self.losses else { return true };
        let is_lost = losses.count() > self.found;
        self.found += u64::from(is_lost);
        is_lost
    }

    /// From here on, times are assumed to continue from what was decoded.
    fn go_on_from(&mut self, time: f64, rate: u32) {
        self.first = Some(time - self.passed / f64::from(rate.max(1)));
    }

    /// Samples per channel were decoded, or given up.
    pub(crate) fn pass(&mut self, frames: f64) {
        self.passed += frames;
    }
}
