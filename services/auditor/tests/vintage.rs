//! The text of a vintage, and the shelf it is kept on.

// What was seen is a row of the table of faults.
#![allow(clippy::print_stderr)]

use auditor::{Error, Head, Kind, Row, Shelf, Vintage, differences};

fn row(kind: Kind, name: &str, value: &str) -> Row {
    Row { kind, name: name.to_owned(), value: value.to_owned() }
}

fn vintage() -> Vintage {
    let head = Head {
        id: "L-637.2021-H1@administrative.official.1".to_owned(),
        position: 47_360,
        unit: "L-637".to_owned(),
        period: "2021-H1@administrative".to_owned(),
        level: "official".to_owned(),
        reference: "209/BC-UBND ngày 15/6/2021".to_owned(),
        program: "tonghop 0.1.0".to_owned(),
        ..Head::default()
    };
    let rows = vec![
        row(Kind::Figure, "L-637\tpoor_households\t", "1751\t"),
        row(Kind::Figure, "L-637\tloan_amount\tclass=poor", "40000000\tallocated"),
        row(Kind::Movement, "L-637\tpoor\topening", "2342\t9368"),
        row(Kind::Finding, "L-24097\trival\t00", "held\t2021-01-02"),
        row(Kind::Finding, "L-24097\trival\t00", "held\t2021-01-02"),
    ];
    Vintage { head, rows }
}

#[test]
fn a_text_is_read_as_it_was_written() {
    let vintage = vintage();
    let again = Vintage::parse(&vintage.text()).expect("it is whole");
    assert_eq!(again, vintage);
    assert_eq!(again.digest(), vintage.digest());
}

#[test]
fn the_digest_is_of_everything_but_the_program() {
    let right = vintage();
    let mut other = right.clone();
    other.head.program = "tonghop 9".to_owned();
    assert_eq!(other.digest(), right.digest());
    let changes: [fn(&mut Vintage); 6] = [
        |one| one.head.position += 1,
        |one| one.head.reference.push('x'),
        |one| one.head.root.push('x'),
        |one| one.rows[0].value = "1752\t".to_owned(),
        |one| one.rows.swap(0, 1),
        |one| drop(one.rows.pop()),
    ];
    for (nth, change) in changes.into_iter().enumerate() {
        let mut other = right.clone();
        change(&mut other);
        assert_ne!(other.digest(), right.digest(), "change {nth}");
    }
}

#[test]
fn what_is_no_vintage_is_refused_with_its_line() {
    let right = vintage().text();
    let table = [
        (String::new(), 0),
        ("tonghop vintage 2\n".to_owned(), 1),
        (right.replace("position 47360", "position many"), 4),
        (right.replace("unit L-637\n", ""), 7),
        (right.replace("\n\nfigure", "\nfigure"), 17),
        (right.replace("movement\t", "moment\t"), 20),
        (right[..right.len() - 1].to_owned(), 22),
        (right.clone() + "figure\tL-637\n", 23),
    ];
    for (text, line) in table {
        match Vintage::parse(&text) {
            Err(Error::Malformed { line: found, .. }) => assert_eq!(found, line, "{text}"),
            other => panic!("{other:?} of {text}"),
        }
    }
}

#[test]
fn rows_that_differ_are_named_also_where_a_name_has_several() {
    let (first, mut second) = (vintage(), vintage());
    second.rows[0].value = "1700\t".to_owned();
    second.rows.pop();
    second.rows.push(row(Kind::Figure, "L-637\tloans\t", "1\t"));
    let found: Vec<_> = differences(&first, &second)
        .into_iter()
        .map(|one| (one.of, one.first, one.second))
        .collect();
    let some = |text: &str| Some(text.to_owned());
    let rival = "held 2021-01-02";
    assert_eq!(
        found,
        [
            ("poor_households".to_owned(), some("1751"), some("1700")),
            ("rival".to_owned(), some(&format!("{rival} | {rival}")), some(rival)),
            ("loans".to_owned(), None, some("1")),
        ]
    );
    assert!(differences(&first, &first.clone()).is_empty());
}

#[test]
fn what_is_kept_is_never_written_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let shelf = Shelf::of(folder.path());
    assert!(shelf.list().expect("it need not be there").is_empty());
    let first = vintage();
    assert_eq!(shelf.keep(&first).expect("it is kept"), None);
    let mut other = first.clone();
    other.rows.pop();
    assert_eq!(shelf.keep(&other).expect("the first one stays"), Some(first.clone()));
    assert_eq!(shelf.get(&first.head.id).expect("it is there"), first);
    match shelf.get("L-638.2021@civil.official.1") {
        Err(Error::Unknown { known, .. }) => assert!(known.contains(&first.head.id), "{known}"),
        other => panic!("{other:?}"),
    }
    shelf.keep_checkpoint(47_360, "first").expect("it is kept");
    shelf.keep_checkpoint(47_360, "second").expect("nothing is done");
    let notes = shelf.checkpoints().expect("there is one");
    assert_eq!(notes.len(), 1);
    assert_eq!(std::fs::read_to_string(&notes[0].1).expect("it is there"), "first");
    std::fs::write(&shelf.list().expect("one")[0].path, "harmed").expect("it is written");
    assert!(matches!(shelf.get(&first.head.id), Err(Error::Damaged { .. })));
}

#[test]
fn a_vintage_that_rots_is_named_and_never_shown_as_other_or_fewer_figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let (shelf, vintage) = (Shelf::of(folder.path()), vintage());
    shelf.keep(&vintage).expect("it is kept");
    let path = shelf.list().expect("a list")[0].path.clone();
    // How many cuts and flipped bits; with enough of them, every one.
    let set = std::env::var("TONGHOP_FAULTS").ok();
    let faults: usize = set.map_or(100, |text| text.parse().expect("TONGHOP_FAULTS is a number"));
    let mut times = 0;
    for name in [path.clone(), format!("{}.sha256", path.display()).into()] {
        let whole = std::fs::read(&name).expect("it was kept");
        let cut = |at: usize| (format!("cut at {at}"), whole[..at].to_vec());
        let turned = |bit: usize| {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            (format!("bit {bit}"), bytes)
        };
        let cuts = (0..whole.len()).step_by(whole.len().div_ceil(faults));
        let bits = (0..whole.len() * 8).step_by((whole.len() * 8).div_ceil(faults));
        for (how, bytes) in cuts.map(cut).chain(bits.map(turned)) {
            std::fs::write(&name, bytes).expect("it is ours");
            let Err(error) = shelf.get(&vintage.head.id) else { panic!("{how}: it is shown") };
            let told = error.to_string();
            assert!(told.contains("L-637.2021-H1@administrative.official.1.txt"), "{how}: {told}");
            times += 1;
        }
        std::fs::write(&name, whole).expect("it is ours");
    }
    assert_eq!(shelf.get(&vintage.head.id).expect("it is whole"), vintage);
    eprintln!(
        "fault | a vintage, or its checksum | cut at a grid, bits flipped | an error that names the \
         file | as expected | {times}"
    );
}
