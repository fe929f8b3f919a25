//! Differences between what decides the weights now and what decided those of a checkpoint.

/// The settings in which two values differ, each as `name: this, there`.
pub fn differences(this: &serde_json::Value, there: &serde_json::Value) -> Vec<String> {
    let mut found = Vec::new();
    collect_differences("", this, there, &mut found);
    found
}

fn collect_differences(
    path: &str,
    this: &serde_json::Value,
    there: &serde_json::Value,
    found: &mut Vec<String>,
) {
    if let (Some(left), Some(right)) = (this.as_object(), there.as_object()) {
        for (key, value) in left {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let other = right.get(key).unwrap_or(&serde_json::Value::Null);
            collect_differences(&path, value, other, found);
        }
    } else if this != there {
        found.push(format!("{path}: {this} now, {there} in the checkpoint"));
    }
}
