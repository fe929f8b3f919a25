// Every export of the package, used as its documentation says. It is compiled in strict mode and never run.

import {
  type AddOptions,
  type AudioFile,
  type Category,
  type Channel,
  Classifier,
  type ClassifyOptions,
  type ClassifyRecordingOptions,
  CORE_CODES,
  type Embedding,
  type ErrorCode,
  type Frame,
  type Group,
  type GroupScore,
  hasRelaxedSimd,
  type Level,
  listen,
  type ListenOptions,
  type LoadOptions,
  type Microphone,
  type MicrophoneState,
  type Missing,
  type ModelInfo,
  openRecording,
  PLATFORM_CODES,
  type Prediction,
  type Recording,
  type RecordingOptions,
  type RecordingReader,
  type Samples,
  type SegmentOptions,
  type SegmentResult,
  type SegmentStream,
  SoundError,
  type SoundEvent,
  type SoundExample,
  type SoundShare,
  type SoundStream,
  type SoundWarning,
  type Source,
  type StreamOptions,
  type StreamResult,
  type Taught,
  type TaughtLabel,
  Teacher,
  type TeacherOptions,
  type TeachFinding,
  type TeachReport,
  type TrainOptions,
  type Update,
  type WarningCode,
} from "sourcing-sound";
import everyday from "sourcing-sound/models/everyday.js";
import background from "sourcing-sound/models/everyday.background.js";
import urban from "sourcing-sound/models/urban.js";
import wasm from "sourcing-sound/wasm";
import generalWasm from "sourcing-sound/wasm-general";
import relaxedWasm from "sourcing-sound/wasm-relaxed";

export async function classifier(signal: AbortSignal): Promise<string[]> {
  const model: Source = everyday;
  const modules: LoadOptions = { wasm: hasRelaxedSimd() ? relaxedWasm : wasm, generalWasm, worker: "worker.js" };
  const options: LoadOptions = { ...modules, model, head: urban, headOnly: true, signal, onProgress };
  using loaded = await Classifier.load(options);
  const info: ModelInfo = loaded.info;
  const groups: Group[] = info.groups;
  const missing: number | null = info.embeddingSize;
  return [...loaded.labels, ...groups.map(({ name }) => name), info.sha256, `${missing}`];
}

function onProgress(loadedBytes: number, totalBytes: number | undefined): void {
  console.log(loadedBytes, totalBytes?.toFixed());
}

export async function recordings(loaded: Classifier, file: File, buffer: AudioBuffer): Promise<Prediction[]> {
  const samples: ClassifyOptions = { hopSeconds: 1, top: 3, signal: AbortSignal.timeout(1000) };
  const channel: Channel = "left";
  const onWarning = ({ code, message, time, promised }: SoundWarning) => console.log(code satisfies WarningCode, message, time, promised);
  const onProgress = (done: number, total: number) => console.log(done / total);
  const whole: ClassifyRecordingOptions = { ...samples, channel, onWarning, onProgress };
  const integers: Samples = new Int16Array(16000);
  const bytes: AudioFile = new Uint8Array(await file.arrayBuffer());
  return [
    ...(await loaded.classify(buffer.getChannelData(0), buffer.sampleRate, samples)),
    ...(await loaded.classify(integers, 16000)),
    ...(await loaded.classify(buffer, whole)),
    ...(await loaded.classify(file)),
    ...(await loaded.classify(bytes)),
    ...(await loaded.classify(await file.arrayBuffer())),
    // @ts-expect-error samples need a rate
    ...(await loaded.classify(buffer.getChannelData(0))),
    // @ts-expect-error an option that does not exist
    ...(await loaded.classify(file, { hop: 1 })),
  ];
}

export async function pieces(loaded: Classifier, file: Blob): Promise<Prediction[]> {
  const which: RecordingOptions = { channel: 2 };
  const reader: RecordingReader = await openRecording(file, which);
  const known: readonly SoundWarning[] = reader.warnings;
  console.log(reader.channels, known.length);
  const options: SegmentOptions = { hopSeconds: 2 };
  const segments: SegmentStream = await loaded.segments(reader.sampleRate, options);
  const predictions: Prediction[] = [];
  for await (const piece of reader.pieces({ from: 1 })) {
    const result: SegmentResult = await segments.push(piece);
    predictions.push(...result.predictions);
  }
  reader.close();
  return [...predictions, ...(await segments.finish())];
}

export async function live(loaded: Classifier, pcm: Float32Array): Promise<Update[]> {
  const options: StreamOptions = { smoothingSeconds: 2, eventOn: 0.6, eventOff: 0.4, rejectionThreshold: 0.3 };
  const stream: SoundStream = await loaded.stream(48000, options);
  const { updates, columns }: StreamResult = await stream.push(pcm);
  const columnsOfWhole = await loaded.logMel(pcm, 48000);
  console.log(columns.length, columnsOfWhole.length);
  return [...updates, ...(await stream.finish())];
}

export async function microphone(loaded: Classifier, mediaStream: MediaStream): Promise<Recording> {
  const options: ListenOptions = {
    classifier: loaded,
    mediaStream,
    onFrame: ({ level, columns }: Frame) => console.log(meter(level), columns[0]),
    channel: "mix",
    onWarning: ({ channel }: SoundWarning) => console.log(channel?.toFixed()),
    onError: (error) => explain(error),
    onStateChange: (state: MicrophoneState) => console.log(state === "paused"),
  };
  await using opened: Microphone = await listen(show, options);
  await opened.pause();
  await opened.resume();
  await opened.use(loaded);
  await opened.adjust({ hopSeconds: 1 });
  console.log(opened.labels, opened.info.name, opened.processing, opened.state, await opened.recent(1));
  return opened.record(4, { signal: AbortSignal.timeout(9000) });
}

export async function teach(loaded: Classifier, file: File, buffer: AudioBuffer, kept: SoundExample[]): Promise<string[]> {
  const options: TeacherOptions = { background };
  const teacher = new Teacher(loaded, options);
  const how: AddOptions = { recording: "Monday", signal: AbortSignal.timeout(1000) };
  const added: SoundExample[] = await teacher.add("purr", buffer.getChannelData(0), buffer.sampleRate, how);
  await teacher.add("purr", file, how);
  await teacher.add("purr", buffer);
  await teacher.background(file);
  // @ts-expect-error samples need a rate
  await teacher.add("purr", buffer.getChannelData(0));
  teacher.restore(kept);
  const count: number = await teacher.merge(file);
  const removed: boolean = teacher.remove(added[0]!);
  const training: TrainOptions = { name: "pets", signal: AbortSignal.timeout(1000) };
  const { head, report }: Taught = await teacher.train(training);
  const embeddings: Embedding[] = [...(await loaded.embed(file)), ...(await loaded.embed(new Int16Array(16000), 16000))];
  console.log(count, removed, teacher.examples.length, embeddings[0]?.embedding.length, await Classifier.load({ head }));
  return summary(report);
}

function summary(report: TeachReport): string[] {
  const shares = report.labels.map(({ label, recall, leftOut }: TaughtLabel) => {
    const share: SoundShare | null = recall;
    return `${label} ${share?.hits} of ${share?.of}, ${share?.low} to ${share?.high}, ${leftOut[0]}`;
  });
  return [...shares, ...report.findings.map(({ kind, message }: TeachFinding) => `${kind}: ${message}`)];
}

function meter({ rms, peak }: Level): number {
  return Math.max(rms, peak);
}

function show({ time, categories, groups, rejected, events, dropped }: Update): void {
  const best: Category | undefined = categories[0];
  const group: GroupScore | undefined = groups[0];
  const ended: SoundEvent[] = events.filter(({ offset }) => offset !== null);
  const source: "head" | "base" | undefined = best?.source;
  console.log(time, best?.label, source, group?.icon, rejected, ended.length, dropped);
}

export function explain(error: unknown): ErrorCode | Missing | undefined {
  if (!(error instanceof SoundError)) return undefined;
  const known: readonly string[] = [...CORE_CODES, ...PLATFORM_CODES];
  console.log(known.includes(error.code), error.message, error.cause);
  return error.code === "unsupported" ? error.missing : error.code;
}
