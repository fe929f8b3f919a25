//! Extracts from a suite's output what it reported about failed tests. Often only the end of hours
//! of output is kept, so it is repeated there.

/// Lines kept of one test's failure: enough for its message and location.
const LINES: usize = 30;

/// Returns the parts of Rust's output that begin with `---- name stdout ----`.
pub fn from_rust(printed: &str) -> Vec<String> {
    parts(
        printed,
        |line| line.starts_with("---- ") && line.ends_with(" ----"),
        |line| line == "failures:" || line.starts_with("test result: "),
    )
}

/// Returns the parts of Playwright's output that begin with `  1) [project] › file › title`.
pub fn from_playwright(printed: &str) -> Vec<String> {
    parts(printed, is_numbered, |line| {
        let mut words = line.strip_prefix("  ").unwrap_or_default().split(' ');
        let number = words.next().unwrap_or_default().parse::<usize>();
        number.is_ok() && matches!(words.next(), Some("failed" | "flaky" | "passed" | "did"))
    })
}

/// Returns the parts of pytest's output that begin with `____ name ____`.
pub fn from_pytest(printed: &str) -> Vec<String> {
    parts(
        printed,
        |line| line.starts_with("____") && line.ends_with("____") && line.contains(' '),
        |line| line.starts_with("====") || line.starts_with("FAILED "),
    )
}

/// Returns whether the line begins with two spaces, a number and a bracket.
fn is_numbered(line: &str) -> bool {
    let number = line.strip_prefix("  ").and_then(|rest| rest.split_once(") "));
    number.is_some_and(|(digits, _)| digits.parse::<usize>().is_ok())
}

/// Cuts out parts that begin with a line that `starts` and end before the next such line or one
/// that `ends`.
fn parts(printed: &str, starts: impl Fn(&str) -> bool, ends: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found: Vec<Vec<&str>> = Vec::new();
    let mut is_inside = false;
    for line in printed.lines().map(str::trim_end) {
        if starts(line) {
            found.push(Vec::new());
            is_inside = true;
        } else if ends(line) {
            is_inside = false;
        }
        if let (true, Some(part)) = (is_inside, found.last_mut()) {
            part.push(line);
        }
    }
    found.iter().map(|lines| shortened(lines)).collect()
}

fn shortened(lines: &[&str]) -> String {
    let full = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    let mut text = lines[..full.min(LINES)].join("\n");
    if full > LINES {
        text += &format!("\n… {} more lines above, where it ran", full - LINES);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rusts_failures() {
        let printed = "\
running 2 tests
test a::b ... FAILED
test c ... ok

failures:

---- a::b stdout ----
thread 'a::b' panicked at src/a.rs:3:5:
left is not right

failures:
    a::b

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out
";
        assert_eq!(
            from_rust(printed),
            ["---- a::b stdout ----\nthread 'a::b' panicked at src/a.rs:3:5:\nleft is not right"]
        );
    }

    #[test]
    fn reads_playwrights_failures() {
        let printed = "\
  ✘  1 [page] › live.spec.ts:3:1 › labels a dog (1.2s)

  1) [page] › live.spec.ts:3:1 › labels a dog ───

    Error: expected a dog

  2) [page] › live.spec.ts:9:1 › labels a cat ───

    Error: expected a cat

  2 failed
    [page] › live.spec.ts:3:1 › labels a dog
  12 passed (1.2m)
";
        let found = from_playwright(printed);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].ends_with("Error: expected a dog"), "{}", found[0]);
        assert!(found[1].ends_with("Error: expected a cat"), "{}", found[1]);
    }

    #[test]
    fn reads_pytests_failures() {
        let printed = "\
=================== FAILURES ===================
___________ test_embed[mono] ___________

    def test_embed():
E       assert 1 == 2
=========== short test summary info ============
FAILED tests/test_a.py::test_embed[mono] - assert 1 == 2
1 failed, 3 passed in 0.31s
";
        let found = from_pytest(printed);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("___________ test_embed[mono]"), "{}", found[0]);
        assert!(found[0].ends_with("assert 1 == 2"), "{}", found[0]);
    }

    #[test]
    fn shortens_what_is_long_and_finds_nothing_where_all_passed() {
        let long = format!("---- a stdout ----\n{}", "line\n".repeat(2 * LINES));
        let found = from_rust(&long);
        assert_eq!(found[0].lines().count(), LINES + 1, "{found:?}");
        assert!(found[0].ends_with("… 31 more lines above, where it ran"), "{}", found[0]);
        for printed in
            ["", "test result: ok. 5 passed\n", "  12 passed (1.2m)\n", "5 passed in 1s\n"]
        {
            assert!(from_rust(printed).is_empty(), "{printed}");
            assert!(from_playwright(printed).is_empty(), "{printed}");
            assert!(from_pytest(printed).is_empty(), "{printed}");
        }
    }
}
