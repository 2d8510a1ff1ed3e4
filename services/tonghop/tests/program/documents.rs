//! The documents of the repository: what they point to is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// All Markdown files under version control's eye, each with its text.
fn documents() -> BTreeMap<PathBuf, String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.md"])
        .current_dir(repository())
        .output()
        .expect("git runs");
    let names = String::from_utf8(listed.stdout).expect("UTF-8");
    let files =
        names.split('\0').filter(|name| !name.is_empty()).map(|name| repository().join(name));
    let files = files.filter(|file| file.exists());
    let texts: BTreeMap<PathBuf, String> =
        files.map(|file| (file.clone(), std::fs::read_to_string(file).expect("a text"))).collect();
    assert!(texts.len() > 20, "{:?}", texts.keys());
    texts
}

/// What the links of a text lead to, but for other people's addresses; blocks of code have none.
fn targets(text: &str) -> Vec<String> {
    let mut within = false;
    let prose = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        within ^= fence;
        !within && !fence
    });
    let prose = prose.collect::<Vec<_>>().join("\n");
    let links = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let targets = links.map(|(target, _)| target.split_whitespace().collect::<String>());
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:")).collect()
}

/// The anchors that a page gives its headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let plain = headings.map(|line| line.trim_start_matches('#').trim().to_lowercase());
    let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
    plain.map(|line| line.chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let mut links = 0;
    let mut lost = Vec::new();
    for (file, text) in documents() {
        for target in targets(&text) {
            links += 1;
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let to = match path {
                "" => file.clone(),
                path => file.parent().expect("a folder").join(path),
            };
            let found = match anchor {
                "" => to.exists(),
                anchor => {
                    std::fs::read_to_string(&to).is_ok_and(|text| anchors(&text).contains(anchor))
                }
            };
            if !found {
                lost.push(format!("{}: {target}", file.display()));
            }
        }
    }
    assert!(links > 100, "only {links} links were read");
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// Names of packages, and with the package before it of their tests and examples.
fn known() -> BTreeSet<String> {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(repository())
        .output()
        .expect("cargo runs");
    let told: Value = serde_json::from_slice(&cargo.stdout).expect("JSON");
    let mut known = BTreeSet::new();
    for package in told["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name");
        known.insert(name.to_owned());
        for target in package["targets"].as_array().expect("targets") {
            let kind = target["kind"][0].as_str().expect("a kind");
            known.insert(format!("{name} --{kind} {}", target["name"].as_str().expect("a name")));
        }
    }
    known
}

/// What a line's `cargo` command names: a package, and a test or an example of it.
fn named(line: &str) -> Vec<String> {
    let Some((_, command)) = line.split_once("cargo ") else { return Vec::new() };
    let words: Vec<&str> = command.split(|c: char| c.is_whitespace() || c == '`').collect();
    let after = |names: &[&str]| {
        let pair = words.windows(2).find(|pair| names.contains(&pair[0]));
        pair.map(|pair| pair[1]).filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
    };
    let Some(package) = after(&["-p", "--package"]) else { return Vec::new() };
    let of = |kind: &str| after(&[kind]).map(|name| format!("{package} {kind} {name}"));
    let parts = [Some(package.to_owned()), of("--test"), of("--example")];
    parts.into_iter().flatten().collect()
}

#[test]
fn every_cargo_command_of_the_documents_names_what_is_there() {
    let known = known();
    let mut read = 0;
    for (file, text) in documents() {
        for (line, name) in
            text.lines().flat_map(|line| named(line).into_iter().map(move |name| (line, name)))
        {
            read += 1;
            assert!(known.contains(&name), "{}: there is no {name}:\n{line}", file.display());
        }
    }
    assert!(read > 10, "only {read} names were read");
}
