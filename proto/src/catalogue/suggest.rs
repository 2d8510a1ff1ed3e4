//! "Did you mean": the known name most like a wrong one.

/// The nearest known name, if any is near: at most a third of its letters differ.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: String = name.chars().take(80).collect();
    let distance = |one: &'a str| (edits(&name, one), one);
    let (edits, one) = known.into_iter().map(distance).min_by_key(|(edits, _)| *edits)?;
    (edits * 3 <= one.chars().count()).then_some(one)
}

/// How many letters must be put in, taken out or changed (Levenshtein).
pub(crate) fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

/// Adds a suggestion to a message of the compiler, which names what is wrong in quotes and lists
/// what is known behind "known are" or "it has"; `ids` are the indicators it may have meant.
pub(super) fn suggested(message: &str, ids: &[&str]) -> String {
    let quoted = message.split('"').nth(1);
    let listed = ["; known are ", "; it has "].iter().find_map(|lead| message.split_once(lead));
    let near = match (quoted, listed) {
        (Some(name), Some((_, list))) => nearest(name, list.split(", ")),
        (Some(name), None) if message.starts_with("it refers to") => {
            nearest(name, ids.iter().copied())
        }
        _ => None,
    };
    match near {
        Some(near) => format!("{message}; did you mean \"{near}\"?"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        let known = ["poor_households", "near_poor_households", "population"];
        let table = [
            ("poor_household", Some("poor_households")),
            ("por_housholds", Some("poor_households")),
            ("popluation", Some("population")),
            ("loans", None),
            ("", None),
        ];
        for (name, expected) in table {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }
}
