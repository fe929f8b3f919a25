// Every export of the package for Node, without any of a browser's types. It is compiled in strict mode and never run.

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
  type Missing,
  type ModelInfo,
  type NodeLoadOptions,
  type NodeRecording,
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
} from "sourcing-sound/node";
import everyday from "sourcing-sound/models/everyday.js";

export async function classify(path: NodeRecording): Promise<Prediction[]> {
  const model: Source = everyday;
  const options: NodeLoadOptions = { model, head: "my.head.json", headOnly: true, signal: AbortSignal.timeout(1000) };
  using classifier = await Classifier.load(options);
  const info: ModelInfo = classifier.info;
  const groups: Group[] = info.groups;
  console.log(groups.length);
  const samples: ClassifyOptions = { top: 3 };
  const whole: ClassifyRecordingOptions = { ...samples, onProgress: (done, total) => console.log(done / total) };
  const { pcm, sampleRate }: Recording = { pcm: new Float32Array(16000), sampleRate: 16000 };
  const integers: Samples = new Int16Array(16000);
  const bytes: AudioFile = new Uint8Array(44);
  return [
    ...(await classifier.classify(path, whole)),
    ...(await classifier.classify("dog.wav")),
    ...(await classifier.classify(new URL("file:///dog.wav"))),
    ...(await classifier.classify(bytes)),
    ...(await classifier.classify(integers, 16000)),
    ...(await classifier.classify(pcm, sampleRate, samples)),
    // @ts-expect-error samples need a rate
    ...(await classifier.classify(pcm)),
  ];
}

export async function pieces(classifier: Classifier): Promise<Update[]> {
  const which: RecordingOptions = { channel: "right" satisfies Channel };
  const reader: RecordingReader = await openRecording("dog.wav", which);
  const known: readonly SoundWarning[] = reader.warnings;
  const code: WarningCode | undefined = known[0]?.code;
  console.log(reader.channels, code);
  const segmentOptions: SegmentOptions = { hopSeconds: 1 };
  const segments: SegmentStream = await classifier.segments(reader.sampleRate, segmentOptions);
  const streamOptions: StreamOptions = { hopSeconds: 1 };
  const stream: SoundStream = await classifier.stream(reader.sampleRate, streamOptions);
  const updates: Update[] = [];
  for await (const piece of reader.pieces()) {
    const segment: SegmentResult = await segments.push(piece);
    const result: StreamResult = await stream.push(piece);
    const columns: Frame["columns"] = result.columns;
    console.log(segment.predictions.length, columns.length);
    updates.push(...result.updates);
  }
  return updates;
}

export function explain(error: unknown, { events, categories, groups }: Update): ErrorCode | Missing | undefined {
  const [event]: (SoundEvent | undefined)[] = events;
  const [category]: (Category | undefined)[] = categories;
  const [group]: (GroupScore | undefined)[] = groups;
  console.log(event?.onset, category?.source, category?.group, group?.name, [...CORE_CODES, ...PLATFORM_CODES].length);
  return error instanceof SoundError ? (error.missing ?? error.code) : undefined;
}

export async function teach(classifier: Classifier, paths: string[], kept: SoundExample[]): Promise<string[]> {
  const options: TeacherOptions = { background: "my.background.json" };
  const teacher = new Teacher(classifier, options);
  const how: AddOptions = { recording: "Monday" };
  for (const path of paths) await teacher.add("purr", path);
  await teacher.add("purr", new Float32Array(16000), 16000, how);
  await teacher.background(new URL("file:///fan.wav"));
  teacher.restore(kept);
  await teacher.merge("friends.sound.json");
  teacher.remove(kept[0]!);
  const training: TrainOptions = { name: "pets" };
  const { head, report }: Taught = await teacher.train(training);
  const [first]: (Embedding | undefined)[] = await classifier.embed("dog.wav");
  console.log(head.length, first?.start);
  return summary(report);
}

function summary(report: TeachReport): string[] {
  const shares = report.labels.map(({ label, recall, leftOut }: TaughtLabel) => {
    const share: SoundShare | null = recall;
    return `${label} ${share?.hits} of ${share?.of}, ${share?.low} to ${share?.high}, ${leftOut[0]}`;
  });
  return [...shares, ...report.findings.map(({ kind, message }: TeachFinding) => `${kind}: ${message}`)];
}
