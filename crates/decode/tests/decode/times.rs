//! In files that ffmpeg writes, sounds are at the same times as in the wav that they were made
//! from, whatever encoders add before the first sample.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{Lcg, WavFormat, bytes_of, wav};
use sourcing_sound_decode::{Channel, Decoder, Warning, decode, decode_bytes};
use tempfile::TempDir;

const RATE: u32 = 48_000;

/// When the clicks begin, in seconds; the sound lasts 6 s.
const CLICKS: [f64; 3] = [0.5, 2.25, 5.5];

const VIDEO: &str = "testsrc=duration=8:size=64x64:rate=5";

/// Arguments of ffmpeg after the input, and the extension. Only files that state how many samples
/// the encoder added: ffmpeg omits that for AAC in fragmented mp4, and for AAC and MP3 in Matroska.
const FILES: &[(&[&str], &str)] = &[
    // A video that is longer than its sound.
    (&["-f", "lavfi", "-i", VIDEO, "-map", "1:v", "-map", "0:a", "-c:v", "mpeg4"], "mkv"),
    (&["-c:a", "pcm_s24le"], "wav"),
    (&["-c:a", "pcm_s16le", "-rf64", "always"], "wav"),
    (&["-c:a", "adpcm_ima_wav"], "wav"),
    (&["-c:a", "adpcm_ms"], "wav"),
    (&["-c:a", "pcm_s16le", "-ac", "8"], "wav"),
    (&["-c:a", "flac", "-ac", "6"], "flac"),
    (&["-c:a", "pcm_f32le"], "w64"),
    (&["-c:a", "pcm_s16be"], "au"),
    (&["-c:a", "pcm_s24be"], "aiff"),
    (&["-c:a", "pcm_s16le"], "caf"),
    (&["-c:a", "alac"], "caf"),
    (&["-c:a", "flac"], "flac"),
    (&["-c:a", "flac"], "mka"),
    (&["-c:a", "pcm_s16le"], "mka"),
    (&["-c:a", "alac"], "m4a"),
    (&["-c:a", "aac"], "m4a"),
    (&["-c:a", "aac", "-movflags", "+faststart"], "mp4"),
    (&["-c:a", "aac"], "mov"),
    (&["-c:a", "alac"], "mov"),
    (&["-c:a", "libmp3lame"], "mp3"),
    (&["-c:a", "libmp3lame"], "mp4"),
    (&["-c:a", "libvorbis"], "ogg"),
    (&["-c:a", "libvorbis"], "mka"),
    (&["-c:a", "libvorbis"], "webm"),
    (&["-c:a", "libopus"], "opus"),
    (&["-c:a", "libopus", "-frame_duration", "60"], "ogg"),
    (&["-c:a", "libopus", "-application", "voip", "-b:a", "12k"], "ogg"),
    (&["-c:a", "libopus"], "webm"),
    (&["-c:a", "libopus"], "mp4"),
    (&["-c:a", "libopus", "-movflags", "+frag_keyframe+empty_moov"], "mp4"),
];

/// Samples after which a damaged file is not decoded any further.
const ENOUGH_FRAMES: usize = 20 * RATE as usize;

#[test]
fn damaged_files_never_panic() {
    let Some(folder) = with_ffmpeg() else { return };
    let source = source(&folder);
    let mut random = Lcg(17);
    for (number, (arguments, extension)) in FILES.iter().enumerate() {
        let name = format!("{number}.{extension}");
        let path = folder.path().join(&name);
        if !convert(&source, arguments, &path) {
            continue;
        }
        let file = std::fs::read(&path).unwrap();
        for _ in 0..40 {
            let mut file = file.clone();
            for _ in 0..1 + random.next_u32() % 6 {
                // Half of the damage is in the headers.
                let reach = if random.next_u32().is_multiple_of(2) { 256 } else { file.len() };
                let at = random.next_u32() as usize % reach.min(file.len());
                file[at] = random.next_u32() as u8;
            }
            if random.next_u32().is_multiple_of(3) {
                file.truncate(1 + random.next_u32() as usize % file.len());
            }
            let Ok(mut decoder) = Decoder::from_bytes(&name, file) else { continue };
            let (mut frames, channels) = (0, decoder.channels());
            assert!(channels > 0 && decoder.sample_rate() > 0);
            while let Ok(Some(block)) = decoder.next_block() {
                assert!(!block.is_empty() && block.len().is_multiple_of(channels));
                frames += block.len() / channels;
                if frames > ENOUGH_FRAMES {
                    break;
                }
            }
        }
    }
}

#[test]
fn times_are_those_of_the_wav() {
    let Some(folder) = with_ffmpeg() else { return };
    let source = source(&folder);
    let mut wrong = Vec::new();
    for (number, (arguments, extension)) in FILES.iter().enumerate() {
        let file = folder.path().join(format!("{number}.{extension}"));
        if !convert(&source, arguments, &file) {
            let name = arguments.join(" ");
            let line = format!("skipped: this ffmpeg does not write {extension} with {name}\n");
            let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
            continue;
        }
        match decode(&file) {
            Ok(recording) => {
                let found = onsets(&recording.samples, recording.sample_rate);
                let is_near = |(a, b): (&f64, &f64)| (a - b).abs() <= 0.02;
                let length = recording.duration_seconds();
                let is_right = found.len() == CLICKS.len()
                    && found.iter().zip(&CLICKS).all(is_near)
                    && (length - 6.0).abs() <= 0.05
                    && recording.warnings.is_empty();
                if !is_right {
                    let warnings = recording.warnings;
                    wrong.push(format!(
                        "{extension} {arguments:?}: {found:?}, {length} s, {warnings:?}"
                    ));
                }
            }
            Err(error) => wrong.push(format!("{extension} {arguments:?}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the bytes of two recordings, one after the other.
fn joined(folder: &TempDir, kinds: [&[&str]; 2], extension: &str) -> Option<Vec<u8>> {
    let source = source(folder);
    let mut both = Vec::new();
    for (number, arguments) in kinds.into_iter().enumerate() {
        let file = folder.path().join(format!("{number}.{extension}"));
        if !convert(&source, arguments, &file) {
            return None;
        }
        both.extend(std::fs::read(&file).unwrap());
    }
    Some(both)
}

#[test]
fn joined_recordings_may_have_other_numbers_of_channels() {
    let Some(folder) = with_ffmpeg() else { return };
    for (codec, extension) in
        [("libmp3lame", "mp3"), ("mp2", "mp2"), ("aac", "aac"), ("libvorbis", "ogg")]
    {
        for (first, second) in [("2", "1"), ("1", "2")] {
            let kind = |channels| ["-c:a", codec, "-b:a", "96k", "-ac", channels];
            let kinds = [&kind(first)[..], &kind(second)];
            let Some(both) = joined(&folder, kinds, extension) else { continue };
            let recording = decode_bytes(format!("both.{extension}"), both).unwrap();
            assert_eq!(recording.warnings, [], "{codec} {first}");
            let found = onsets(&recording.samples, RATE);
            assert_eq!(found.len(), 2 * CLICKS.len(), "{codec} {first}: {found:?}");
        }
    }
}

#[test]
fn nothing_is_read_after_a_change_of_the_sample_rate() {
    let Some(folder) = with_ffmpeg() else { return };
    let kinds = [&["-c:a", "libmp3lame"][..], &["-c:a", "libmp3lame", "-ar", "44100"]];
    let Some(both) = joined(&folder, kinds, "mp3") else { return };
    let recording = decode_bytes("both.mp3", both).unwrap();
    let [Warning::BrokenOff { time, reason }] = &recording.warnings[..] else {
        panic!("{:?}", recording.warnings);
    };
    assert!((time - recording.duration_seconds()).abs() < 0.001, "{time}");
    assert!(reason.contains("48000 to 44100"), "{reason}");
}

/// Returns a folder for files, if ffmpeg is available to write them.
fn with_ffmpeg() -> Option<TempDir> {
    let is_there = Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).status().is_ok();
    if !is_there {
        // Written directly to stderr, because the harness hides the output of passing tests.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: no ffmpeg on this machine, so no files by another program\n",
        );
        return None;
    }
    Some(tempfile::tempdir().unwrap())
}

fn source(folder: &TempDir) -> PathBuf {
    let source = folder.path().join("clicks.wav");
    std::fs::write(&source, wav(&WavFormat::pcm(1, RATE, 16), &bytes_of(&clicks()))).unwrap();
    source
}

/// Returns short bursts over silence.
fn clicks() -> Vec<i16> {
    let mut samples = vec![0; 6 * RATE as usize];
    for click in CLICKS {
        let first = (click * f64::from(RATE)) as usize;
        for (n, sample) in samples[first..first + 2_400].iter_mut().enumerate() {
            let phase = std::f64::consts::TAU * 1_500.0 * n as f64 / f64::from(RATE);
            *sample = (phase.sin() * 16_000.0) as i16;
        }
    }
    samples
}

/// Returns when the level rises above a quarter of the loudest sample after 0.3 s below it.
fn onsets(samples: &[f32], rate: u32) -> Vec<f64> {
    let peak = samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    let mut last = f64::NEG_INFINITY;
    let mut onsets = Vec::new();
    for (n, sample) in samples.iter().enumerate() {
        let time = n as f64 / f64::from(rate);
        if sample.abs() > peak / 4.0 {
            if time - last > 0.3 {
                onsets.push(time);
            }
            last = time;
        }
    }
    onsets
}

fn convert(source: &Path, arguments: &[&str], file: &Path) -> bool {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-loglevel", "error", "-y", "-i"]).arg(source).args(arguments).arg(file);
    ffmpeg.stdin(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// QuickTime stores samples of more than 16 bits with the highest byte first, unless a box says otherwise.
#[test]
fn pcm_in_mov_equals_its_source() {
    let Some(folder) = with_ffmpeg() else { return };
    let source = source(&folder);
    let expected = decode(&source).unwrap();
    for codec in
        ["s16be", "s16le", "s24be", "s24le", "s32be", "s32le", "f32be", "f32le", "f64be", "f64le"]
    {
        let path = folder.path().join(format!("{codec}.mov"));
        let codec = format!("pcm_{codec}");
        let arguments = ["-c:a", codec.as_str(), "-movflags", "+faststart"];
        assert!(convert(&source, &arguments, &path), "{codec}");
        assert_eq!(decode(&path).unwrap(), expected, "{codec}");
        let piped = Decoder::from_reader("-", std::fs::File::open(&path).unwrap()).unwrap();
        let mut mono = piped.mono(Channel::Mix).unwrap();
        let mut found = Vec::new();
        while let Some(block) = mono.next_block().unwrap() {
            found.extend_from_slice(block);
        }
        assert!(found == expected.samples, "{codec} from a pipe");
    }
}

#[test]
fn unsupported_codecs_in_mp4_are_not_called_damaged() {
    let Some(folder) = with_ffmpeg() else { return };
    let source = source(&folder);
    for (name, arguments) in [
        ("signed.mov", &["-c:a", "pcm_s8"][..]),
        ("surround.mov", &["-c:a", "pcm_s16le", "-ac", "6"]),
        ("telephone.mov", &["-c:a", "pcm_mulaw"]),
        ("ima.mov", &["-c:a", "adpcm_ima_qt"]),
        ("mono.mp4", &["-c:a", "mp2"]),
    ] {
        let path = folder.path().join(name);
        assert!(convert(&source, arguments, &path), "{name}");
        let error = decode(&path).unwrap_err();
        assert_eq!(error.code(), "audio-unsupported", "{error}");
        assert!(!error.to_string().contains("without an audio track"), "{error}");
    }
    let path = folder.path().join("unsigned.mov");
    assert!(convert(&source, &["-c:a", "pcm_u8"], &path));
    assert_eq!(decode(&path).unwrap().samples.len(), clicks().len());
}

/// What is stated about the first track, which is not read, does not count.
#[test]
fn a_track_after_one_that_is_not_read_keeps_its_times() {
    let Some(folder) = with_ffmpeg() else { return };
    let source = source(&folder);
    let path = folder.path().join("two.mp4");
    let arguments = ["-map", "0:a", "-map", "0:a", "-c:a:0", "ac3", "-c:a:1", "aac"];
    assert!(convert(&source, &arguments, &path));
    let alone = folder.path().join("one.mp4");
    assert!(convert(&source, &["-c:a", "aac"], &alone));
    assert_eq!(decode(&path).unwrap(), decode(&alone).unwrap());
}

/// As an interrupted download leaves it.
#[test]
fn a_truncated_mp4_gives_what_it_contains() {
    let Some(folder) = with_ffmpeg() else { return };
    let source = source(&folder);
    for (codec, name) in [("aac", "a.m4a"), ("alac", "b.m4a"), ("pcm_s16le", "c.mov")] {
        let path = folder.path().join(name);
        assert!(convert(&source, &["-c:a", codec, "-movflags", "+faststart"], &path), "{codec}");
        let whole = decode(&path).unwrap();
        let file = std::fs::read(&path).unwrap();
        let index = file.windows(4).position(|window| window == b"mdat").unwrap();
        for part in [0.3, 0.7, 0.9999] {
            let length = index + ((file.len() - index) as f64 * part) as usize;
            let cut = decode_bytes(name, file[..length].to_vec()).unwrap();
            assert!(whole.samples.starts_with(&cut.samples), "{codec} {part}");
            assert!(!cut.samples.is_empty() && cut.samples.len() < whole.samples.len());
            if part < 0.9 {
                let [Warning::CutOff { promised, found, .. }] = cut.warnings[..] else {
                    panic!("{codec} {part}: {:?}", cut.warnings);
                };
                assert_eq!(found, cut.samples.len() as u64);
                assert!(promised.abs_diff(whole.samples.len() as u64) < 2_400, "{promised}");
            }
        }
    }
}

/// Recorders that lose power leave them, and they state no length.
#[test]
fn an_mp4_truncated_within_a_fragment_is_reported() {
    let Some(folder) = with_ffmpeg() else { return };
    let source = source(&folder);
    let path = folder.path().join("fragments.mp4");
    let flags = ["-movflags", "+frag_keyframe+empty_moov", "-frag_duration", "1000000"];
    assert!(convert(&source, &[&["-c:a", "aac"][..], &flags].concat(), &path));
    let whole = decode(&path).unwrap();
    assert_eq!(whole.warnings, []);
    let file = std::fs::read(&path).unwrap();
    // The third fragment has a click; its index comes before its sound.
    let third =
        |name: &[u8]| (0..file.len()).filter(|&at| file[at..].starts_with(name)).nth(2).unwrap();
    for length in [third(b"moof") + 50, third(b"mdat") + 50] {
        let cut = decode_bytes("a.mp4", file[..length].to_vec()).unwrap();
        assert!(whole.samples.starts_with(&cut.samples));
        let [Warning::BrokenOff { time, .. }] = cut.warnings[..] else {
            panic!("{length}: {:?}", cut.warnings);
        };
        assert!((time - cut.duration_seconds()).abs() < 0.001 && time > 1.5, "{time}");
    }
}

#[test]
fn a_truncated_matroska_file_gives_what_it_contains() {
    let Some(folder) = with_ffmpeg() else { return };
    let source = source(&folder);
    for (codec, name) in [("pcm_s16le", "a.mka"), ("flac", "b.mkv")] {
        let path = folder.path().join(name);
        assert!(convert(&source, &["-c:a", codec], &path), "{codec}");
        let whole = decode(&path).unwrap();
        let mut file = std::fs::read(&path).unwrap();
        // What comes last is not sound.
        file.pop();
        assert_eq!(decode_bytes(name, file.clone()).unwrap(), whole, "{codec}");
        for length in [file.len() * 3 / 10, file.len() * 6 / 10] {
            let cut = decode_bytes(name, file[..length].to_vec()).unwrap();
            assert!(whole.samples.starts_with(&cut.samples), "{codec}, {length} bytes");
            let [Warning::CutOff { promised, found, .. }] = cut.warnings[..] else {
                panic!("{codec}, {length} bytes: {:?}", cut.warnings);
            };
            assert_eq!(found, cut.samples.len() as u64);
            assert!(promised.abs_diff(whole.samples.len() as u64) < 2_400, "{promised}");
        }
    }
}

/// Ogg of every codec, with a damaged second half.
#[test]
fn an_ogg_file_that_is_damaged_up_to_its_end_is_reported() {
    let Some(folder) = with_ffmpeg() else { return };
    let path = folder.path().join("long.wav");
    std::fs::write(&path, wav(&WavFormat::pcm(1, RATE, 16), &bytes_of(&clicks().repeat(10))))
        .unwrap();
    for (number, codec) in ["libvorbis", "libopus", "flac"].into_iter().enumerate() {
        let file = folder.path().join(format!("{number}.ogg"));
        if !convert(&path, &["-c:a", codec, "-page_duration", "200000"], &file) {
            let line = format!("skipped: this ffmpeg does not write ogg with {codec}\n");
            let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
            continue;
        }
        let whole = decode(&file).unwrap();
        assert!(whole.warnings.is_empty());
        let bytes = std::fs::read(&file).unwrap();
        for from in [bytes.len() / 2, bytes.len() * 9 / 10] {
            let mut noise = Lcg(from as u64);
            let damaged = [&bytes[..from], &noise.bytes(bytes.len() - from)].concat();
            let found = decode_bytes("a.ogg", damaged).unwrap();
            let length = found.samples.len();
            assert!(length > whole.samples.len() / 4 && length < whole.samples.len());
            // ffmpeg writes no length at the start of any of them.
            let [Warning::BrokenOff { time, .. }] = found.warnings[..] else {
                panic!("{codec} from {from}: {:?}", found.warnings);
            };
            assert!((time - length as f64 / f64::from(RATE)).abs() < 0.001, "{codec}: {time}");
        }
    }
}
