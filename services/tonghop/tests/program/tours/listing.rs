//! What a tour says: its commands with what each is said to print, and whether that was printed.

/// A command, and the lines that stand below it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) command: String,
    pub(super) prints: Vec<String>,
}

/// The commands of all ```console blocks, in order. A command goes on after a `\` at the end of a
/// line, and to the end of its here-document (`<<'END'`).
pub(super) fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut within, mut document, mut goes_on) = (false, false, false);
    for line in text.lines() {
        if !within {
            within = line == "```console";
            continue;
        }
        if document || goes_on {
            let step = steps.last_mut().expect("it goes on");
            step.command.push('\n');
            step.command.push_str(line);
            document = document && line != "END" || goes_on && opens_document(line);
            goes_on = !document && line.ends_with('\\');
        } else if line == "```" {
            within = false;
        } else if let Some(command) = line.strip_prefix("$ ") {
            document = opens_document(line);
            goes_on = line.ends_with('\\');
            steps.push(Step { command: command.to_owned(), prints: Vec::new() });
        } else {
            let step = steps.last_mut().expect("a block begins with a command");
            step.prints.push(line.to_owned());
        }
    }
    assert!(!within, "a block of commands has no end");
    steps
}

fn opens_document(line: &str) -> bool {
    line.contains("<<'END'")
}

/// Whether lines were printed as they are written.
pub(super) fn is_as_written(written: &[String], printed: &[&str]) -> bool {
    match written.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line.trim() == "…" => {
            (0..=printed.len()).any(|skipped| is_as_written(rest, &printed[skipped..]))
        }
        Some((line, rest)) => printed.split_first().is_some_and(|(first, others)| {
            line_is_as_written(line, first) && is_as_written(rest, others)
        }),
    }
}

fn line_is_as_written(written: &str, printed: &str) -> bool {
    let (mut parts, mut left) = (written.trim_end().split('…'), printed.trim_end());
    let first = parts.next().unwrap_or_default();
    let Some(behind) = left.strip_prefix(first) else { return false };
    left = behind;
    let Some(last) = parts.next_back() else { return left.is_empty() };
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

#[test]
fn a_tour_is_read_as_a_person_reads_it() {
    let text = "Prose.\n```sh\n$ not this\n```\n```console\n$ one \\\n    more\nsaid\n$ cat > file <<'END'\n$ text\nEND\n\
                $ three\n\nlast\n```\n";
    let step = |command: &str, prints: &[&str]| Step {
        command: command.to_owned(),
        prints: prints.iter().map(|&line| line.to_owned()).collect(),
    };
    let expected = [
        step("one \\\n    more", &["said"]),
        step("cat > file <<'END'\n$ text\nEND", &[]),
        step("three", &["", "last"]),
    ];
    assert_eq!(steps(text), expected);
}

#[test]
fn what_varies_is_passed_over_and_nothing_else() {
    let table: [(&[&str], &str, bool); 14] = [
        (&["one"], "one", true),
        (&["one"], "one  ", true),
        (&["one"], "one more", false),
        (&["one"], "", false),
        (&["one"], "one\ntwo", false),
        (&["one", "…"], "one\ntwo", true),
        (&["one", "…"], "one", true),
        (&["…", "two"], "one\ntwo", true),
        (&["…", "two", "…"], "one\nthree", false),
        (&["…", "two", "…", "one"], "one\ntwo", false),
        (&["wh_…"], "wh_12", true),
        (&["at … in … s"], "at 12 in 3 s", true),
        (&["at … in … s"], "at 12 s", false),
        (&["a…ba"], "aba", true),
    ];
    for (written, printed, expected) in table {
        let written: Vec<String> = written.iter().map(|&line| line.to_owned()).collect();
        let printed: Vec<&str> = printed.lines().collect();
        assert_eq!(is_as_written(&written, &printed), expected, "{written:?} {printed:?}");
    }
}
