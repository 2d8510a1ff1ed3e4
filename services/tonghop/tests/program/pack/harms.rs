//! Ways to harm a pack, and what whoever checks it must say then.

use super::world::{FACTS_FILE, Files, RECEIPTS_FILE, another_digit, bytes, lines};
use crate::runner::Dice;

/// A harm: what it is, how often it is done, each time elsewhere, whether hashes are listed anew
/// afterwards, and what it does. It gives what both must say.
pub(super) type Harm = (&'static str, u32, bool, fn(&mut Files, &mut Dice) -> Vec<String>);

fn one_bit_of_the_facts(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let facts = bytes(files, FACTS_FILE);
    let at = loop {
        let at = dice.below(facts.len() as u64) as usize;
        if facts[at] != b'\n' {
            break at;
        }
    };
    let position = 1 + facts[..at].iter().filter(|byte| **byte == b'\n').count();
    facts[at] ^= 1 << dice.below(8);
    vec![format!("the record at position {position}"), "another root".into()]
}

fn one_bit_and_the_file(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let mut expected = one_bit_of_the_facts(files, dice);
    expected.push(format!("{FACTS_FILE} does not have the hash"));
    expected
}

fn last_fact_dropped(files: &mut Files, _: &mut Dice) -> Vec<String> {
    for name in [FACTS_FILE, RECEIPTS_FILE] {
        let mut kept = lines(bytes(files, name));
        kept.pop();
        *bytes(files, name) = kept.concat();
    }
    vec!["records were signed, the pack has".into()]
}

fn last_fact_without_its_receipt(files: &mut Files, _: &mut Dice) -> Vec<String> {
    let mut kept = lines(bytes(files, RECEIPTS_FILE));
    let position = kept.len();
    kept.pop();
    *bytes(files, RECEIPTS_FILE) = kept.concat();
    vec![format!("the record at position {position}")]
}

fn two_facts_swapped(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let mut facts = lines(bytes(files, FACTS_FILE));
    let at = dice.below(facts.len() as u64 - 2) as usize;
    facts.swap(at, at + 1);
    let mut receipts = lines(bytes(files, RECEIPTS_FILE));
    // Each receipt goes with its fact, but for its position.
    let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
    let (first, second) = (text(&receipts[at]), text(&receipts[at + 1]));
    let rest = |line: &str| line.split_once(' ').expect("fields").1.to_owned();
    receipts[at] = format!("{} {}", at + 1, rest(&second)).into_bytes();
    receipts[at + 1] = format!("{} {}", at + 2, rest(&first)).into_bytes();
    *bytes(files, FACTS_FILE) = facts.concat();
    *bytes(files, RECEIPTS_FILE) = receipts.concat();
    vec!["another root".into()]
}

/// Changes a number in a random row of a table.
fn cell(files: &mut Files, dice: &mut Dice, name: &str, column: usize) -> Vec<String> {
    let mut table = lines(bytes(files, name));
    let cells = |line: &[u8]| line.split(|byte| *byte == b',').map(<[u8]>::to_vec).collect();
    loop {
        let at = 1 + dice.below(table.len() as u64 - 1) as usize;
        let row: Vec<Vec<u8>> = cells(&table[at]);
        let number = row
            .get(column)
            .is_some_and(|cell| !cell.is_empty() && cell.iter().all(u8::is_ascii_digit));
        if number {
            another_digit(&mut table[at], column, b',');
            *bytes(files, name) = table.concat();
            return vec![format!("{name} line {}", at + 1)];
        }
    }
}

fn a_figure(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    cell(files, dice, "figures.csv", 5)
}

fn a_movement(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    cell(files, dice, "movements.csv", 5)
}

fn a_figure_and_the_file(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let mut expected = a_figure(files, dice);
    expected.push("figures.csv does not have the hash".into());
    expected
}

fn the_vintage(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let mut rows = lines(bytes(files, "vintage.txt"));
    // Not targets: nobody computes those again, and the signature alone shows what was altered.
    let of_kind = |line: &Vec<u8>| {
        let of_stock = line.windows(16).any(|part| part == b"\tpoor_households");
        line.starts_with(b"movement\t") || line.starts_with(b"figure\t") && of_stock
    };
    let numbered: Vec<usize> = (0..rows.len()).filter(|at| of_kind(&rows[*at])).collect();
    let at = loop {
        let at = numbered[dice.below(numbered.len() as u64) as usize];
        let cell = rows[at].split(|byte| *byte == b'\t').nth(4).unwrap_or_default();
        if cell.first().is_some_and(u8::is_ascii_digit) {
            break at;
        }
    };
    let name: Vec<&[u8]> = rows[at].split(|byte| *byte == b'\t').skip(1).take(3).collect();
    let name = String::from_utf8_lossy(&name.join(&b' ')).trim_end().to_owned();
    another_digit(&mut rows[at], 4, b'\t');
    *bytes(files, "vintage.txt") = rows.concat();
    vec!["vintage.txt is not the one that was signed".into(), name]
}

fn another_catalogue(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let names = ["indicators", "movements", "calendars", "codes", "bounds"];
    let name = names[dice.below(names.len() as u64) as usize];
    bytes(files, &format!("catalog/{name}.toml")).extend(b"# another\n");
    vec!["vintage.txt, catalogue".into()]
}

fn another_gazetteer(files: &mut Files, _: &mut Dice) -> Vec<String> {
    bytes(files, "gazetteer/aliases.csv").extend(b"L-62,Kon Tum!\n");
    vec!["vintage.txt, gazetteer".into()]
}

fn another_size(files: &mut Files, _: &mut Dice) -> Vec<String> {
    let note = bytes(files, "checkpoint.note");
    let mut rows = lines(note);
    another_digit(&mut rows[1], 0, b'\n');
    *note = rows.concat();
    vec!["signature of tonghop.example".into(), "records were signed, the pack has".into()]
}

fn another_time_of_the_closing(files: &mut Files, _: &mut Dice) -> Vec<String> {
    let mut receipts = lines(bytes(files, RECEIPTS_FILE));
    let last = receipts.pop().expect("a receipt");
    let last = String::from_utf8(last).expect("text");
    let mut fields: Vec<&str> = last.split(' ').collect();
    fields[1] = "1704450000000";
    receipts.push(fields.join(" ").into_bytes());
    *bytes(files, RECEIPTS_FILE) = receipts.concat();
    vec!["vintage.txt, received".into()]
}

/// The receive time of a record that is no closing.
fn another_time_in_the_middle(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let mut receipts = lines(bytes(files, RECEIPTS_FILE));
    let at = dice.below(receipts.len() as u64 - 1) as usize;
    another_digit(&mut receipts[at], 1, b' ');
    *bytes(files, RECEIPTS_FILE) = receipts.concat();
    vec!["the files are not those that were signed".into()]
}

/// What nothing is computed from, or only by one of the two programs.
fn what_is_only_signed(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let names = ["revisions.csv", "VERIFY.md", "targets.csv", "findings.csv"];
    let name = names[dice.below(4) as usize];
    bytes(files, name).extend(b"\n");
    vec!["the files are not those that were signed".into()]
}

/// As if it had never been there: the hashes list it no more.
fn the_revisions_never_there(files: &mut Files, _: &mut Dice) -> Vec<String> {
    files.retain(|(name, _)| name != "revisions.csv");
    vec!["the files are not those that were signed".into()]
}

fn traversal(files: &mut Files, _: &mut Dice) -> Vec<String> {
    files.push(("../../evil".into(), b"no".to_vec()));
    vec!["../../evil".into(), "no pack has a file of that name".into()]
}

fn a_bomb(files: &mut Files, _: &mut Dice) -> Vec<String> {
    *bytes(files, "findings.csv") = vec![b'0'; 40 << 20];
    vec!["findings.csv".into(), "packed more tightly".into()]
}

fn a_file_less(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let at = dice.below(files.len() as u64 - 1) as usize;
    vec![format!("{} is missing", files.remove(at).0)]
}

/// The only file that a pack may be without, if it does not list it.
fn the_revisions_less(files: &mut Files, _: &mut Dice) -> Vec<String> {
    files.retain(|(name, _)| name != "revisions.csv");
    vec!["revisions.csv is missing".into()]
}

pub(super) const HARMS: [Harm; 21] = [
    ("one bit of the facts", 3, false, one_bit_and_the_file),
    ("one bit of the facts, hashes listed anew", 3, true, one_bit_of_the_facts),
    ("the last fact dropped", 1, true, last_fact_dropped),
    ("the last fact without its receipt", 1, true, last_fact_without_its_receipt),
    ("two facts swapped", 3, true, two_facts_swapped),
    ("a figure", 2, false, a_figure_and_the_file),
    ("a figure, hashes listed anew", 2, true, a_figure),
    ("a movement", 2, true, a_movement),
    ("a movement, hashes as they were", 2, false, a_movement),
    ("the vintage", 3, true, the_vintage),
    ("another catalogue", 2, true, another_catalogue),
    ("another gazetteer", 1, true, another_gazetteer),
    ("another size in the note", 1, true, another_size),
    ("another time of the closing", 1, true, another_time_of_the_closing),
    ("another time in the middle", 2, true, another_time_in_the_middle),
    ("what is only signed", 8, true, what_is_only_signed),
    ("the revisions as if never there", 1, true, the_revisions_never_there),
    ("path traversal", 1, true, traversal),
    ("a bomb", 1, true, a_bomb),
    ("a file less", 2, false, a_file_less),
    ("the revisions less", 1, false, the_revisions_less),
];
