//! Checkpoints and proof files: what C2SP writes, read strictly and written back.

use proof::{Checkpoint, Error, Hash, ProofFile, Prover, Signer, Verifier, leaf};

use crate::{flips, naive};

type Change = fn(&mut Checkpoint);

const NAME: &str = "tonghop.example/gia-lai";

fn signer() -> Signer {
    Signer::new(NAME, [9; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: format!("{NAME}/0b4e3f6c-9a0e-4c52-9d3c-0c1f6a2b7d10"),
        size: 21,
        root: naive::root(&naive::leaves(21)),
        extensions: vec![format!("vintage 2021-H1 {}", "0f".repeat(32))],
    }
}

fn proof_file(index: u64) -> (ProofFile, [Verifier; 1]) {
    let mut prover = Prover::inclusion(index, 21).unwrap();
    naive::leaves(21).into_iter().for_each(|leaf| prover.push(leaf));
    let (path, note) = (prover.finish().unwrap().path, checkpoint().sign(&signer()).unwrap());
    (ProofFile { extra: None, index, path, note }, [signer().verifier()])
}

#[test]
fn a_checkpoint_is_written_as_the_specification_says_and_read_back() {
    let text = "example.com/behind-the-sofa\n20852163\n\
                CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let read = Checkpoint::parse(text).unwrap();
    assert_eq!((read.origin.as_str(), read.size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!((read.text().as_str(), read.extensions.len()), (text, 0));

    let signed = checkpoint().sign(&signer()).unwrap();
    assert_eq!(Checkpoint::open(&signed, &[signer().verifier()]).unwrap(), checkpoint());
    assert_eq!(Checkpoint::unverified(&signed).unwrap(), checkpoint());
}

#[test]
fn a_text_that_is_no_checkpoint_is_refused() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let table = [
        (String::new(), "nothing"),
        (format!("o\n1\n{root}"), "the last line is not ended"),
        ("o\n1\n".into(), "no root"),
        (format!("\n1\n{root}\n"), "no origin"),
        (format!("o\n01\n{root}\n"), "a leading zero"),
        (format!("o\n-1\n{root}\n"), "a sign"),
        (format!("o\n1\n{}\n", &root[4..]), "a short root"),
        (format!("o\n1\n{}\n", root.replace("2I=", "2J=")), "bits behind the root"),
        (format!("o\n1\n{root}\n\nx\n"), "an empty extension"),
        (format!("o\n1\n{root}\n\n"), "an empty line at the end"),
    ];
    for (text, why) in table {
        let read = Checkpoint::parse(&text);
        assert!(matches!(read, Err(Error::Malformed { .. })), "{why}: {read:?}");
    }
}

#[test]
fn only_a_checkpoint_of_whole_lines_that_is_its_own_is_signed() {
    let change = |change: Change| {
        let mut changed = checkpoint();
        change(&mut changed);
        changed.sign(&signer())
    };
    assert!(change(|it| it.extensions.clear()).is_ok());
    assert!(change(|it| it.origin = NAME.into()).is_ok());
    let table: [(Change, &str); 6] = [
        (|it| it.extensions.push(String::new()), "an empty extension"),
        (|it| it.extensions.push("a\nb".into()), "an extension of two lines"),
        (|it| it.extensions.push("a\tb".into()), "a control character"),
        (|it| it.origin = format!("{NAME}/a\nb"), "an origin of two lines"),
        (|it| it.origin = "other.example/x".into(), "another's origin"),
        (|it| it.origin = format!("{NAME}-2/x"), "a longer name's origin"),
    ];
    for (how, why) in table {
        assert!(change(how).is_err(), "{why}");
    }
}

#[test]
fn a_key_does_not_speak_for_the_journals_of_another() {
    let other = Signer::new("other.example", [8; 32]).unwrap();
    let note = proof::note::sign(&checkpoint().text(), &other).unwrap();
    let opened = Checkpoint::open(&note, &[other.verifier()]);
    assert!(matches!(opened, Err(Error::Origin { .. })), "{opened:?}");
}

#[test]
fn a_proof_file_has_the_form_of_the_specification() {
    let (file, known) = proof_file(20);
    let hashes: Vec<String> = file.path.iter().map(Hash::to_string).collect();
    let text = format!("c2sp.org/tlog-proof@v1\nindex 20\n{}\n\n{}", hashes.join("\n"), file.note);
    assert_eq!(file.to_text(), text);
    assert_eq!(ProofFile::parse(&text).unwrap(), file);
    assert_eq!(file.verify(&naive::leaves(21)[20], &known).unwrap(), checkpoint());

    let alone = ProofFile { extra: Some(b"beside".to_vec()), index: 0, path: vec![], ..file };
    let text = alone.to_text();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra YmVzaWRl\nindex 0\n\n"), "{text}");
    assert_eq!(ProofFile::parse(&text).unwrap(), alone);
}

#[test]
fn a_text_that_is_no_proof_file_is_refused() {
    let text = proof_file(3).0.to_text();
    let table = [
        (text.replace("@v1", "@v2"), "another version"),
        (text.replace("\nindex 3", ""), "no index"),
        (text.replace("index 3", "index 03"), "a leading zero"),
        (text.replace("index 3", "extra !\nindex 3"), "an extra that is no base64"),
        (text.replace("index 3", "index 3\nextra AAAA"), "an extra behind the index"),
        (text.replace("index 3", "index 3\nAAAA"), "a short hash"),
        (text.replace("\n\n", "\n"), "no blank line"),
    ];
    for (text, why) in table {
        assert!(matches!(ProofFile::parse(&text), Err(Error::Malformed { .. })), "{why}");
    }
}

#[test]
fn no_proof_with_one_bit_turned_holds() {
    let (file, known) = proof_file(7);
    let (text, hash) = (file.to_text(), naive::leaves(21)[7]);
    let holds = |text: &str| ProofFile::parse(text).and_then(|file| file.verify(&hash, &known));
    assert!(holds(&text).is_ok());
    for flipped in flips(text.as_bytes()) {
        let Ok(text) = String::from_utf8(flipped) else { continue };
        assert!(holds(&text).is_err(), "{text}");
    }
    for flipped in flips(&7_usize.to_be_bytes()) {
        let held = file.verify(&leaf(&flipped), &known);
        assert!(matches!(held, Err(Error::Root)), "{flipped:?}");
    }
}
