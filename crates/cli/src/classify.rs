//! Recordings → predictions, several at a time, printed in the order of the arguments.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};
use sourcing_sound::{Classifier, Pcm, Prediction, SampleRate};
use sourcing_sound_decode::decode;

use crate::Outcome;
use crate::failure::Failure;
use crate::files::expand;
use crate::options::ClassifyOptions;
use crate::report::{self, Report};

/// From so many files on, a progress bar is shown.
const FILES_WORTH_A_BAR: usize = 8;

/// What was heard in one recording.
pub(crate) struct Heard {
    pub(crate) path: PathBuf,
    /// The length in seconds.
    pub(crate) duration: f64,
    /// One per segment, in order; at least one.
    pub(crate) predictions: Vec<Prediction>,
}

/// What became of one input.
type Answer = Result<Heard, Failure>;

/// Classifies all inputs and prints the report on the standard output.
///
/// # Errors
/// If the model cannot be loaded or the report cannot be written. Inputs that fail are named on
/// stderr and make the outcome [`Outcome::Partial`].
pub(crate) fn run(options: &ClassifyOptions) -> anyhow::Result<Outcome> {
    let model = options.model.load()?;
    let inputs = expand(&options.inputs);
    let count = inputs.len();
    let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(count);
    let classifiers =
        (0..workers).map(|_| Classifier::new(model.clone())).collect::<Result<Vec<_>, _>>()?;
    let labels = &model.metadata().labels;
    let report = report::open(options.format, options.top, labels, io::stdout().lock())?;
    let printer = Printer::new(report, count);

    let queue = Mutex::new(inputs.into_iter().enumerate());
    let (answers, answered) = mpsc::channel();
    thread::scope(|scope| {
        for mut classifier in classifiers {
            let (queue, answers) = (&queue, answers.clone());
            scope.spawn(move || {
                while let Some((index, input)) = next(queue) {
                    let hop = options.hop_seconds;
                    let answer = input.and_then(|path| hear(&mut classifier, hop, path));
                    // The printer hangs up when it cannot write any more.
                    if answers.send((index, answer)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(answers);
        printer.print(answered)
    })
}

/// Takes the next input off the queue.
fn next<T>(queue: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    // A poisoned queue is that of a thread that panicked; the scope passes its panic on.
    queue.lock().ok()?.next()
}

fn hear(
    classifier: &mut Classifier,
    hop_seconds: Option<f64>,
    path: PathBuf,
) -> Result<Heard, Failure> {
    let recording = decode(&path).map_err(Failure::Decode)?;
    let duration = recording.duration_seconds();
    let predictions = SampleRate::new(recording.sample_rate)
        .and_then(|rate| Pcm::new(&recording.samples, rate))
        .and_then(|pcm| match hop_seconds {
            Some(hop) => classifier.classify_with_hop(pcm, hop),
            None => classifier.classify(pcm),
        });
    match predictions {
        Ok(predictions) => Ok(Heard { path, duration, predictions }),
        Err(error) => Err(Failure::Classify { path, error }),
    }
}

/// Prints answers in the order of the inputs, whatever the order in which they come.
struct Printer<'a> {
    report: Box<dyn Report + 'a>,
    bar: ProgressBar,
    outcome: Outcome,
}

impl<'a> Printer<'a> {
    fn new(report: Box<dyn Report + 'a>, inputs: usize) -> Self {
        // Where stderr is no terminal, the bar draws nothing.
        let bar = match inputs {
            0..FILES_WORTH_A_BAR => ProgressBar::hidden(),
            _ => ProgressBar::new(inputs as u64),
        };
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} recordings, {eta} left");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Printer { report, bar, outcome: Outcome::Complete }
    }

    fn print(mut self, answers: Receiver<(usize, Answer)>) -> anyhow::Result<Outcome> {
        let (mut waiting, mut turn) = (BTreeMap::new(), 0);
        for (index, answer) in answers {
            waiting.insert(index, answer);
            while let Some(answer) = waiting.remove(&turn) {
                turn += 1;
                self.bar.suspend(|| print_one(self.report.as_mut(), &mut self.outcome, answer))?;
            }
            self.bar.inc(1);
        }
        self.bar.finish_and_clear();
        Ok(self.outcome)
    }
}

fn print_one(report: &mut dyn Report, outcome: &mut Outcome, answer: Answer) -> anyhow::Result<()> {
    match answer {
        Ok(heard) => Ok(report.write(&heard)?),
        Err(failure) => {
            *outcome = Outcome::Partial;
            Ok(writeln!(io::stderr(), "error: {failure}")?)
        }
    }
}
