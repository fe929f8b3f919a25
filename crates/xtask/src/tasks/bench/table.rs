//! Shows measurements for people and as JSON.

use serde_json::{Value, json};

use super::machine::Machine;
use super::measured::{Costs, Measured, MeasuredModel, Sizes, median};

const HEADER: [&str; 10] = [
    "model",
    "MB",
    "gzip MB",
    "load, native",
    "load, browser",
    "recording, native",
    "recording, browser",
    "live, native",
    "live, browser",
    "browser MB",
];

/// Returns the table for a terminal.
pub fn plain(measured: &Measured) -> String {
    let rows = rows(measured);
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADER.len()).map(width).collect();
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            // Names to the left, numbers to the right.
            if column == 0 { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ")
    });
    lines.collect::<Vec<_>>().join("\n") + "\n\n" + &engine(measured) + "\n"
}

/// Returns the page for the repository.
pub fn page(measured: &Measured, machine: &Machine) -> String {
    let mut rows = rows(measured).into_iter();
    let line = |row: Vec<String>| format!("| {} |\n", row.join(" | "));
    let mut table = rows.next().map_or_else(String::new, line);
    table += &format!("|---{}|\n", "|--:".repeat(HEADER.len() - 1));
    rows.for_each(|row| table += &line(row));
    format!(
        "# What the models cost\n\n\
         Written by `cargo xtask bench --rounds {rounds}`; run it to measure again. Medians of {rounds} rounds on \
         {cores} cores of {processor}, with {browser}; each model in turn, natively and in the \
         browser.\n\n\
         {table}\n\
         - load: ms from the file's bytes to a model that is ready; with a head, model and head.\n\
         - recording, live: ms per second of audio at 48 kHz, on one thread: resampling, features \
         and network, at the model's own hop. Below 1,000, a model keeps up with live audio. Live \
         audio comes in pieces of 2,048 samples; its scores are smoothed and events found. Each \
         measurement takes {seconds} s of audio, after as much that is not counted.\n\
         - MB: the model's file; for a model with a head, the head's file alone. browser MB: memory \
         of the browser's module with this model alone, after it has run.\n\
         - Native: the workspace's `dev` profile, `opt-level = 3`. Browser: the module as it is \
         published, in a new worker for each measurement. {engine}\n",
        cores = machine.cores,
        processor = machine.processor,
        browser = measured.browser,
        rounds = measured.rounds,
        seconds = measured.seconds,
        engine = engine(measured),
    )
}

/// Returns every value of every round.
pub fn json(measured: &Measured, machine: &Machine) -> Value {
    let models: Vec<Value> = measured.models.iter().map(model_json).collect();
    json!({
        "machine": { "cores": machine.cores, "processor": machine.processor },
        "browser": measured.browser,
        "rounds": measured.rounds,
        "seconds_of_audio": measured.seconds,
        "engine": { "size": sizes_json(measured.engine), "start_ms": measured.engine_start_ms },
        "models": models,
    })
}

/// Returns a header and a row per model.
fn rows(measured: &Measured) -> Vec<Vec<String>> {
    let header = HEADER.map(String::from).to_vec();
    let models = measured.models.iter().map(|model| row(model, f64::from(measured.seconds)));
    [header].into_iter().chain(models).collect()
}

fn row(model: &MeasuredModel, seconds: f64) -> Vec<String> {
    let load = |costs: &Costs| format!("{:.0} ms", median(&costs.load_ms));
    let per_second = |values: &[f64]| format!("{:.1} ms/s", median(values) / seconds);
    vec![
        model.name.to_owned(),
        megabytes(model.sizes.bytes),
        megabytes(model.sizes.gzip_bytes),
        load(&model.native),
        load(&model.browser),
        per_second(&model.native.classify_ms),
        per_second(&model.browser.classify_ms),
        per_second(&model.native.stream_ms),
        per_second(&model.browser.stream_ms),
        format!("{:.0}", median(&model.memory_bytes) / 1e6),
    ]
}

/// Describes the module that runs the models in a sentence.
fn engine(measured: &Measured) -> String {
    format!(
        "All models share one module: {} MB ({} MB gzip), ready {:.0} ms after its bytes have arrived.",
        megabytes(measured.engine.bytes),
        megabytes(measured.engine.gzip_bytes),
        median(&measured.engine_start_ms),
    )
}

fn megabytes(bytes: f64) -> String {
    format!("{:.2}", bytes / 1e6)
}

fn model_json(model: &MeasuredModel) -> Value {
    json!({
        "name": model.name,
        "size": sizes_json(model.sizes),
        "native": costs_json(&model.native),
        "browser": costs_json(&model.browser),
        "browser_memory_bytes": model.memory_bytes,
    })
}

fn sizes_json(sizes: Sizes) -> Value {
    json!({ "bytes": sizes.bytes, "gzip_bytes": sizes.gzip_bytes })
}

fn costs_json(costs: &Costs) -> Value {
    json!({
        "load_ms": costs.load_ms,
        "classify_ms": costs.classify_ms,
        "stream_ms": costs.stream_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured() -> Measured {
        let costs = |factor: f64| Costs {
            load_ms: vec![100.0 * factor, 300.0 * factor, 200.0 * factor],
            classify_ms: vec![50.0 * factor; 3],
            stream_ms: vec![75.0 * factor; 3],
        };
        Measured {
            rounds: 3,
            seconds: 10,
            browser: "Browser 1".to_owned(),
            engine: Sizes { bytes: 9e6, gzip_bytes: 2e6 },
            engine_start_ms: vec![150.0],
            models: vec![MeasuredModel {
                name: "some/model".to_owned(),
                sizes: Sizes { bytes: 1_234_567.0, gzip_bytes: 1e6 },
                native: costs(1.0),
                browser: costs(2.0),
                memory_bytes: vec![3e7],
            }],
        }
    }

    fn machine() -> Machine {
        Machine { cores: 4, processor: "Some CPU".to_owned() }
    }

    #[test]
    fn the_page_has_a_row_of_medians_per_model() {
        let page = page(&measured(), &machine());
        let row = "| some/model | 1.23 | 1.00 | 200 ms | 400 ms | 5.0 ms/s | 10.0 ms/s | 7.5 ms/s | 15.0 ms/s | 30 |";
        assert!(page.lines().any(|line| line == row), "{page}");
        assert!(
            page.contains("Medians of 3 rounds on 4 cores of Some CPU, with Browser 1;"),
            "{page}"
        );
        assert!(page.contains("9.00 MB (2.00 MB gzip)"), "{page}");
        let columns = |line: &str| line.matches('|').count();
        let table: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
        assert!(table.iter().all(|line| columns(line) == HEADER.len() + 1), "{page}");
    }

    #[test]
    fn the_terminals_columns_are_aligned() {
        let plain = plain(&measured());
        let lines: Vec<&str> = plain.lines().take(2).collect();
        assert_eq!(lines[0].chars().count(), lines[1].chars().count(), "{plain}");
        assert!(lines[1].starts_with("some/model  1.23  "), "{plain}");
    }

    #[test]
    fn json_keeps_every_value() {
        let json = json(&measured(), &machine());
        assert_eq!(json["machine"]["cores"], 4);
        let model = &json["models"][0];
        assert_eq!(model["native"]["load_ms"], json!([100.0, 300.0, 200.0]));
        assert_eq!(model["browser"]["stream_ms"][2], 150.0);
        assert_eq!(model["size"]["gzip_bytes"], 1e6);
    }
}
