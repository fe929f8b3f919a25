//! Compares the settings of a run with those of a checkpoint.

use anyhow::{Result, ensure};
use serde_json::Value;
use std::path::Path;

/// Returns the settings in which two values differ, each as `name: this now, that in the
/// checkpoint`.
fn differences(this: &Value, there: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect_differences("", this, there, &mut found);
    found
}

fn collect_differences(path: &str, this: &Value, there: &Value, found: &mut Vec<String>) {
    if let (Some(left), Some(right)) = (this.as_object(), there.as_object()) {
        for (key, value) in left {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let other = right.get(key).unwrap_or(&Value::Null);
            collect_differences(&path, value, other, found);
        }
    } else if this != there {
        found.push(format!("{path}: {this} now, {there} in the checkpoint"));
    }
}

/// Refuses a file that was made with other settings and names those that differ.
pub fn refuse_other_plan(path: &Path, wanted: &Value, stored: &Value) -> Result<()> {
    let differences = differences(wanted, stored);
    ensure!(
        differences.is_empty(),
        "{} was made with other settings ({}); use them or another --work folder, or remove the file \
         to start again",
        path.display(),
        differences.join("; ")
    );
    Ok(())
}
