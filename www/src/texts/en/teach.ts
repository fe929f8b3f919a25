// The view "Teach", and the corrections of the page's answers.

import type { AnyErrorCode } from "../codes.js";
import { counted } from "../counted.js";

const quoted = (names: readonly string[]) => names.map((name) => `“${name}”`).join(", ");

export const teach = {
  title: "Teach it your own sounds",
  intro:
    "Name a sound and give a few examples of it: your doorbell, your kettle, one particular dog. Three recordings made at different times are a good start. From then on the page tells you when it recognises that sound.",
  privacy: "Stays on this device. The sound of your examples is kept only so that it can be played, and learned again.",
  name: "Name of the sound",
  nameHint: "for example “My kettle”",
  known: (label: string) => `${label} is known already; your examples are added to it.`,
  add: "Add",
  nameless: "Give the sound a name first.",
  something: "Something else",
  somethingHelp:
    "Optional: the background (the room without your sounds), and sounds that none of yours should be confused with, such as the TV or the neighbour's bell.",
  empty: "No examples yet. Record some, choose files, or drop them here.",

  record: "Record 4 seconds",
  recording: (seconds: string) => `Stop (${seconds} s left)`,
  recent: "Use the last 4 seconds",
  nothingRecent: "The microphone has not been on for long enough.",
  choose: "Choose files",
  fromHistory: "From the history",
  /** What a button does, and to which sound. */
  of: (action: string, label: string) => `${action}: ${label}`,
  recordingName: (time: string) => `Recording, ${time}`,
  historyName: (label: string, time: string) => `${label}, ${time}`,

  counts: (examples: number, recordings: number) =>
    `${counted(examples, "example", "examples")} from ${counted(recordings, "recording", "recordings")}`,
  picture: (name: string) => `Spectrogram of ${name}`,
  play: (name: string) => `Play ${name}`,
  removeExample: (name: string) => `Remove ${name}`,
  soundless: "without its sound",
  clipped: "too loud",
  quiet: (seconds: string) => `${seconds} s of quiet left out`,
  more: (count: number) => `Show ${count} more`,
  remove: "Remove",

  states: {
    rest: "",
    incomplete: "",
    adding: "Adding the examples…",
    learning: "Learning…",
    learned: "Learned. Listen, History and Files use it from now on.",
    waiting: "Learned. It is used as soon as you switch to the everyday model.",
    error: "",
  },
  otherModel: "What you teach works with the everyday model, and another one is in use.",
  useEveryday: "Use the everyday model",

  recall: (hits: number, of: number, low: string, high: string) =>
    `Recognised ${hits} of ${of} recordings when each was left out in turn. With more recordings like these, expect ${low} to ${high}.`,
  oneSession: "But they were all made within ten minutes: at other times and places it will be recognised less often.",
  oneRecording:
    "One recording is a start, but often not enough: in our tests, a sound taught from one was recognised in 59% of its other recordings, from ten in 85%. What to do next:",
  nextSteps: [
    "Record it twice more, at other times or from other places. The page can then say how well it does.",
    "Record the background under “Something else”: the room without this sound.",
  ],

  trying: "Try it: start listening, and make the sounds. Each shows how sure the page is of it right now; from the mark on, it counts as recognised.",
  listen: "Start listening",
  stopListening: "Stop listening",
  liveName: (label: string) => `How sure the page is of ${label} right now`,
  liveNow: (score: string) => `${score} now`,
  liveHighest: (score: string) => `highest ${score}`,
  liveFrom: (score: string) => `recognised from ${score} on`,

  mistaken: (wrong: number, others: number) =>
    wrong === 0
      ? `None of ${counted(others, "other recording", "other recordings")} was mistaken for it.`
      : `${wrong} of ${counted(others, "other recording", "other recordings")} ${wrong === 1 ? "was" : "were"} mistaken for it.`,
  findings: {
    contradictory: (names) =>
      names.length === 1
        ? `${quoted(names)}: the same sound is also an example of something that it is not. Remove it from one of them.`
        : `${quoted(names)}: the same sounds are also examples of something that they are not. Remove each from one of the two.`,
    few: () => "That is too few recordings to rely on. Add some that were made at another time or from another place.",
    copies: (names) => `${quoted(names)}: these are copies of each other and count once.`,
    similar: (names) =>
      `${quoted(names)}: these sound the same. Each counts; if they are copies, remove all but one, because the result looks better than it is.`,
    unlike: (names) => `${quoted(names)}: unlike the other examples. Listen again, and remove what is a different sound.`,
    clipped: (names) => `${quoted(names)}: recorded too loud. Record the sound again from further away.`,
    quiet: (names) => `${quoted(names)}: long stretches are much quieter than the rest, and were left out.`,
    weak: () => "It is recognised only weakly. Add more examples, and remove those in which other sounds can be heard.",
    adds: () => "The everyday model knows a sound of this name. Your examples are added to it.",
  } as Readonly<Record<string, (names: readonly string[]) => string>>,
  alikeTo: (label: string, other: string) =>
    `${label} and ${other} sound alike and may be mistaken for each other. If they are the same sound, keep only one.`,

  muted: "Muted",
  mutedHelp: "These sounds are neither shown nor saved, and you are not alerted to them.",
  mutedGroup: (group: string) => `All of ${group}`,
  unmute: (label: string) => `Show ${label} again`,

  file: "Your sounds as a file",
  fileHelp:
    "The file holds what was learned and can be opened in another browser. The sound of the examples is included only if you choose to: it can then be played there, and learned again by another model.",
  saveSound: "With the sound of the examples",
  save: "Save as a file",
  open: "Open a file",
  opened: (count: number) => (count === 0 ? "All examples of this file were there already." : `${counted(count, "example", "examples")} added.`),
  fileName: "my-sounds",
  removeAll: "Delete everything taught…",
  removeAllAsk: "Delete all sounds that you have taught, with all their examples? This cannot be undone.",
  removeAllDo: "Delete everything",
  cancel: "Cancel",
  undo: "Undo",
  close: "Close",
  removed: (what: string) => `${what} was removed.`,

  pickTitle: (label: string) => `Examples of ${label} from the history`,
  pickNone: "No sound is kept in the history. Switch on “Keep 4 seconds of sound with each event” there.",
  use: "Use",
  used: "Added",

  rightOrWrong: "Right or wrong?",
  correctUnknown: "What was it?",
  correctTitle: (label: string) => `Was it ${label}?`,
  right: "That is right",
  wrong: "It was:",
  wrongHint: "empty: something else",
  wrongDo: "Save",
  never: (label: string) => `Never show ${label} again`,
  noSound:
    "No sound was kept for this one, so it cannot become an example. For later ones, switch on “Keep 4 seconds of sound with each event” in the history.",
  unreadable: "The sound of this one cannot be read, so it cannot become an example.",
  keptAs: (label: string) => `Kept as an example of ${label}.`,
  keptAsRight: (label: string) => `Kept: this was ${label}, not one of your sounds.`,
  keptAsSomething: "Kept as an example of something else.",
  keptAsSomethingElseThan: (label: string) =>
    `Kept as an example of something else, so that it is not mistaken for one of your sounds. ${label} is a sound of the model, which examples of something else do not change: it may be shown again.`,
  mutedNow: (label: string) => `${label} is muted.`,

  cut: (name: string) => `${name}: only the first minute is used, because its sound is kept. The command line takes up to an hour.`,
  where: "Drop the files on the sound that they are examples of.",
  notLasting:
    "Your browser stores nothing for this page (perhaps because this is a private window). What you teach is lost when you close it: save it as a file before that.",
  fullSound: "There is no room left on this device: the example is learned, but its sound is not kept.",
  full: "There is no room left on this device: what you add could not be kept, and is lost when you close the page.",
  unwritten:
    "Your browser could not store what you add, perhaps because a newer version of this page is open in another window: it is lost when you close the page. Reload the page, and add it again.",
  notRemoved:
    "Your browser could not remove it, perhaps because a newer version of this page is open in another window. Reload the page, and remove it again.",
  outdated: (count: number) =>
    `${counted(count, "example was", "examples were")} made for an earlier model, and the sound was not kept. ${count === 1 ? "It is" : "They are"} no longer used.`,
  otherBase: (base: string) =>
    base === "everyday" ? "This file was made for another version of the everyday model." : `This file was made for another model, “${base}”.`,
  otherBaseSoundless: "It cannot be used here without the sound of its examples: save it again in the browser that it comes from, with the sound. Nothing was changed.",
  otherBaseAsk: (count: number) => `Learn its ${counted(count, "example", "examples")} again from the sound that is in it?`,
  otherBaseDo: "Learn again",
  failed: (name: string, problem: string) => `${name}: ${problem}`,
  problems: {
    "audio-silent": "It is silent. Move closer to the sound and try again.",
    "head-format": "This is not a file of taught sounds, or it is damaged. Nothing was changed.",
    limit: "This is larger than the page can handle: files of sounds may have up to 64 MB, and there may be up to 10,000 examples.",
    config: "These examples cannot be distinguished from everyday sounds. Remove them, or add some in which the sound is clearer.",
    "permission-denied": "This page is not allowed to use the microphone. Allow it in the address bar's site settings, then record again.",
  } satisfies Partial<Record<AnyErrorCode, string>>,
};
