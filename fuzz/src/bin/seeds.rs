//! Writes the inputs that the fuzzer starts from: `seeds FOLDER`, one folder in it per target.
//!
//! Audio that only an encoder can make lies in `fuzz/seeds`; `seeds --encode FOLDER` makes it
//! again, with ffmpeg.

use anyhow::{Context, Result, ensure};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use sourcing_sound::{Classifier, Pcm, SampleRate, Teacher};
use sourcing_sound_decode::EXTENSIONS;
use sourcing_sound_fuzz::tiny::{self, random::Random, random_network::random_model, tiny_model};
use sourcing_sound_fuzz::{sound, torch};
use sourcing_sound_results::{Clip, EmbeddingRows};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Container and codec of an audio file, in ffmpeg's words.
const ENCODED: [(&str, &[&str]); 26] = [
    ("pcm.wav", &["-c:a", "pcm_s16le"]),
    ("float.wav", &["-c:a", "pcm_f32le", "-ac", "2"]),
    ("alaw.wav", &["-c:a", "pcm_alaw"]),
    ("ima.wav", &["-c:a", "adpcm_ima_wav"]),
    ("ms.wav", &["-c:a", "adpcm_ms"]),
    ("rf64.wav", &["-rf64", "always"]),
    ("pcm.w64", &[]),
    ("pcm.aiff", &[]),
    ("pcm.caf", &[]),
    ("alac.caf", &["-c:a", "alac"]),
    ("pcm.au", &[]),
    ("tone.flac", &[]),
    ("tone.mp3", &["-b:a", "32k"]),
    ("tone.mp2", &["-b:a", "64k"]),
    ("adts.aac", &[]),
    ("aac.m4a", &["-movflags", "+faststart"]),
    ("alac.m4a", &["-c:a", "alac"]),
    ("fragmented.mp4", &["-movflags", "frag_keyframe+empty_moov"]),
    ("pcm.mov", &["-c:a", "pcm_s16le"]),
    ("opus.mp4", &["-c:a", "libopus", "-ar", "48000"]),
    ("vorbis.ogg", &["-c:a", "libvorbis"]),
    ("flac.oga", &["-c:a", "flac"]),
    ("tone.opus", &["-c:a", "libopus", "-ar", "48000", "-b:a", "16k"]),
    ("vorbis.mka", &["-c:a", "libvorbis"]),
    ("opus.webm", &["-c:a", "libopus", "-ar", "48000", "-b:a", "16k"]),
    ("mp3.mkv", &["-c:a", "libmp3lame"]),
];

// Instrumented code calls the fuzzer's runtime, which this links. Nothing is fuzzed here.
libfuzzer_sys::fuzz_target!(|_bytes: &[u8]| {});

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    match arguments.as_slice() {
        [flag, folder] if flag.as_os_str() == "--encode" => encode(folder),
        [folder] => write_all(folder),
        _ => anyhow::bail!("usage: seeds [--encode] FOLDER"),
    }
}

/// Writes a tenth of a second of a tone in every format.
fn encode(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (name, options) in ENCODED {
        let status = Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "lavfi", "-i"])
            .arg("sine=frequency=440:duration=0.1:sample_rate=16000")
            .args(["-bitexact", "-map_metadata", "-1"])
            .args(options)
            .arg(folder.join(name))
            .status()
            .context("ffmpeg is needed to encode audio")?;
        ensure!(status.success(), "ffmpeg did not make {name}");
    }
    Ok(())
}

fn write_all(folder: &Path) -> Result<()> {
    models(folder)?;
    taught(folder)?;
    audio(folder)?;
    tables(folder)?;
    write(folder, "checkpoint", "tiny.pt", &torch::checkpoint())?;
    write(folder, "checkpoint", "repeated.pt", &torch::repeated())?;
    write(folder, "checkpoint", "arrays.npz", &torch::arrays())?;
    write(folder, "checkpoint", "empty.pt", &torch::zip("archive/data.pkl", b"\x80\x02}q\x00."))?;
    // What these targets do follows from any bytes; some are enough to get going.
    for target in ["engine", "stream", "resampler", "front_end", "downmix"] {
        for seed in 0..32 {
            let noise = sound::noise(seed, 64 + 64 * seed as usize);
            let bytes: Vec<u8> = noise.iter().map(|&value| (value * 127.0) as i8 as u8).collect();
            write(folder, target, &format!("{seed}"), &bytes)?;
        }
    }
    Ok(())
}

fn write(folder: &Path, target: &str, name: &str, bytes: &[u8]) -> Result<()> {
    let folder = folder.join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(name), bytes).with_context(|| format!("{}", folder.display()))
}

fn models(folder: &Path) -> Result<()> {
    let patched = tiny_model::patched_metadata();
    let mut files =
        vec![tiny_model::onnx(&tiny_model::metadata()), tiny_model::patched_onnx(&patched)];
    for seed in 0..12 {
        let (_, model) = random_model(&mut Random::new(seed));
        files.push(prost::Message::encode_to_vec(&model));
    }
    for (index, bytes) in files.iter().enumerate() {
        for target in ["model", "general"] {
            write(folder, target, &format!("{index}.onnx"), bytes)?;
        }
    }
    Ok(())
}

fn taught(folder: &Path) -> Result<()> {
    let model = tiny::two_patches();
    let background = tiny::background(&model);
    write(folder, "head", "background.json", background.to_json().as_bytes())?;
    let mut teacher = Teacher::new(model, background)?;
    let rate = SampleRate::new(22_050)?;
    for (seed, label) in [(1, "hiss"), (2, "hiss"), (3, "rustle")] {
        let samples = sound::noise(seed, 30_000);
        teacher.add(label, &format!("recording {seed}"), Pcm::new(&samples, rate)?)?;
    }
    teacher.add_background("room", Pcm::new(&sound::noise(4, 30_000), rate)?)?;
    let file = teacher.train("noises")?.to_json();
    write(folder, "head", "taught.json", file.as_bytes())?;
    write(folder, "taught", "taught.json", file.as_bytes())
}

/// Writes the encoded files, each after the byte that states how it is read.
fn audio(folder: &Path) -> Result<()> {
    let encoded = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/decode");
    for entry in fs::read_dir(&encoded).with_context(|| encoded.display().to_string())? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        let index = EXTENSIONS.iter().position(|&known| Some(known) == extension);
        let index = index.with_context(|| format!("{} is of no format", path.display()))? as u8;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("file");
        for how in 0..8 {
            let bytes = [&[index | how << 5][..], &fs::read(&path)?].concat();
            write(folder, "decode", &format!("{how}-{name}"), &bytes)?;
        }
    }
    Ok(())
}

/// Where the target reads a table: three layouts of data sets, and embeddings.
const PLACES: u8 = 4;

fn tables(folder: &Path) -> Result<()> {
    for (name, compression) in
        [("plain", Compression::UNCOMPRESSED), ("snappy", Compression::SNAPPY)]
    {
        let bytes = [&[PLACES - 1][..], &embeddings(compression)?].concat();
        write(folder, "datasets", name, &bytes)?;
    }
    let tables = [
        "slice_file_name,fsID,start,end,salience,fold,classID,class\n\
         7-3-0-0.wav,7,0.0,4.0,1,1,3,dog_bark\n",
        "filename,fold,target,category,esc10,src_file,take\n1-1-A-0.wav,1,0,dog,True,1,A\n",
        "fname,label,manually_verified,freesound_id,license\na1.wav,Bark,1,7,CC0\n",
    ];
    for (index, table) in tables.iter().enumerate() {
        for how in [0, 129] {
            let first = how + (PLACES + index as u8 - how % PLACES) % PLACES;
            let bytes = [&[first][..], table.as_bytes()].concat();
            write(folder, "datasets", &format!("{index}-{how}"), &bytes)?;
        }
    }
    Ok(())
}

/// Two clips of two windows each, and one that failed, as Parquet.
fn embeddings(compression: Compression) -> Result<Vec<u8>> {
    let model = tiny::patched();
    let metadata = model.metadata();
    let sizes = (metadata.embedding_size.unwrap_or_default(), metadata.labels.len());
    let mut rows = EmbeddingRows::new(&Classifier::new(model)?);
    let clip = |file: &str, label: Option<&str>| Clip {
        file: file.to_owned(),
        label: label.map(str::to_owned),
        fold: Some(1),
        ..Clip::default()
    };
    for clip in [clip("a.wav", Some("hum")), clip("b.wav", None)] {
        for start in [0.0, 0.5] {
            rows.push(&clip, start, &vec![0.5; sizes.0], &vec![0.25; sizes.1]);
        }
    }
    rows.push_error(&clip("c.wav", Some("hum")), "audio-corrupt");
    let table = rows.take()?;
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, table.schema(), Some(properties))?;
    writer.write(&table)?;
    writer.close()?;
    Ok(bytes)
}
