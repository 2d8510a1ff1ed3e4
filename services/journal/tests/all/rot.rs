//! Files of a journal, or of an archive, that lie still: segments, manifest and birth, cut short or with
//! a bit turned. What is handed out is what was written; what cannot be is named by file and byte.

use std::fs;
use std::path::{Path, PathBuf};

use journal::{Entry, Error, Journal, Options, Writer};

use crate::world::{World, body, entries, read_all};

const RECORDS: u64 = 400;

/// How many cuts, and how many flipped bits, of each file: `TONGHOP_FAULTS`, some without it.
fn faults() -> usize {
    let set = std::env::var("TONGHOP_FAULTS").ok();
    set.map_or(100, |text| text.parse().expect("TONGHOP_FAULTS is a number"))
}

/// A journal of two sealed segments and an active one.
async fn made() -> (World, PathBuf) {
    let world = World::dir().await;
    let mut writer = world.writer().await;
    for from in [0, RECORDS / 2] {
        writer.append(&entries(from, from + RECORDS / 2 - 20)).await.unwrap();
        let Writer::Dir(_, dir) = &mut writer else { panic!("a directory") };
        dir.seal().await.unwrap();
        writer.append(&entries(from + RECORDS / 2 - 20, from + RECORDS / 2)).await.unwrap();
    }
    drop(writer);
    let place = world.dir.path().join("journal");
    (world, place)
}

/// Cuts at a grid, and bits that turn, all over a file.
fn damages(whole: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (times, bits) = (faults().min(whole.len()), faults().min(whole.len() * 8));
    let cut = |n: usize| {
        let at = whole.len() * n / times;
        (format!("cut at {at} of {}", whole.len()), whole[..at].to_vec())
    };
    let turned = |n: usize| {
        // Another place in its byte each time.
        let bit = (whole.len() * 8 * n / bits + n % 8).min(whole.len() * 8 - 1);
        let mut bytes = whole.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        (format!("bit {bit}"), bytes)
    };
    (0..times).map(cut).chain((0..bits).map(turned)).collect()
}

fn names(place: &Path, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(|path| path.to_string_lossy().ends_with(end)).collect();
    found.sort();
    found
}

/// Reads all, then opens for writing; neither hands out or begins after less than there was.
async fn judge(url: &str, expected: &[Vec<u8>], what: &str) -> [Result<(), Error>; 2] {
    let reading = async {
        let found = read_all(&Journal::open(url, &Options::default()).await?).await?;
        assert!(found == expected, "{what}: {} of {} records", found.len(), expected.len());
        Ok(())
    };
    let read = reading.await;
    let writing = async {
        let mut writer = Writer::open(url, &Options::default()).await?;
        let receipts = writer.append(&[Entry::new("VN", "{}")]).await?;
        assert_eq!(receipts[0].position.0, expected.len() as u64 + 1, "{what}");
        Ok(())
    };
    [read, writing.await]
}

/// A fresh copy of the files.
fn restore(place: &Path, whole: &[(PathBuf, Vec<u8>)]) {
    for entry in fs::read_dir(place).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    for (path, bytes) in whole {
        fs::write(path, bytes).unwrap();
    }
}

fn told(what: &str, expected: &str, times: usize) {
    eprintln!("fault | {what} | cut at a grid, bits flipped | {expected} | as expected | {times}");
}

#[tokio::test]
async fn a_sealed_segment_that_rots_is_named_by_file_and_byte() {
    let (world, place) = made().await;
    let whole: Vec<_> =
        names(&place, "").into_iter().map(|p| (p.clone(), fs::read(p).unwrap())).collect();
    let expected: Vec<_> = (0..RECORDS).map(body).collect();
    let mut times = 0;
    for sealed in names(&place, ".sealed") {
        for (how, bytes) in damages(&fs::read(&sealed).unwrap()) {
            restore(&place, &whole);
            fs::write(&sealed, &bytes).unwrap();
            let what = format!("{} {how}", sealed.display());
            let [read, _] = judge(&world.url, &expected, &what).await;
            let error = read.expect_err(&what);
            let (file, _) = error.corrupt_at().unwrap_or_else(|| panic!("{what}: {error}"));
            assert_eq!(file, sealed, "{what}: {error}");
            assert_eq!(fs::read(&sealed).unwrap(), bytes, "{what}: it was touched");
            times += 1;
        }
    }
    told("a sealed segment, of journal or archive", "corruption, named by file and byte", times);
}

#[tokio::test]
async fn manifest_and_birth_that_rot_are_named_or_do_no_harm() {
    let (world, place) = made().await;
    let whole: Vec<_> =
        names(&place, "").into_iter().map(|p| (p.clone(), fs::read(p).unwrap())).collect();
    let expected: Vec<_> = (0..RECORDS).map(body).collect();
    let mut times = 0;
    for name in ["manifest.json", "journal.json"] {
        let file = place.join(name);
        for (how, bytes) in damages(&fs::read(&file).unwrap()) {
            restore(&place, &whole);
            fs::write(&file, &bytes).unwrap();
            let what = format!("{name} {how}");
            for error in
                judge(&world.url, &expected, &what).await.into_iter().filter_map(Result::err)
            {
                // Another identity makes strangers of the segments: they are named.
                assert!(error.to_string().contains(text(&place)), "{what}: {error}");
            }
            times += 1;
        }
    }
    told("`manifest.json`, `journal.json`", "an error that names a file, or all records", times);
}

#[tokio::test]
async fn an_archive_that_rots_neither_grows_nor_is_restored_as_less() {
    let (world, _) = made().await;
    let source = world.journal().await;
    let to = world.dir.path().join("archive");
    let mut archiver =
        journal::archive::Archiver::open(&source, &to, &world.options).await.unwrap();
    while archiver.end().0 < RECORDS {
        archiver.next(1_000).await.unwrap();
    }
    drop(archiver);
    let whole: Vec<_> =
        names(&to, "").into_iter().map(|p| (p.clone(), fs::read(p).unwrap())).collect();
    let url = format!("dir:{}", to.display());
    let mut times = 0;
    let active = names(&to, ".active").pop().unwrap();
    for (how, bytes) in damages(&fs::read(&active).unwrap()).into_iter().step_by(4) {
        restore(&to, &whole);
        fs::write(&active, &bytes).unwrap();
        let target = tempfile::tempdir().unwrap();
        let into = format!("dir:{}", target.path().join("journal").display());
        let restoring = async {
            let archive = Journal::open(&url, &Options::default()).await?;
            let route = |_: &journal::Record<'_>| "VN".to_owned();
            journal::archive::restore(&archive, &into, &Options::create(), route, |_| {}).await
        };
        match restoring.await {
            // Cut: it ends before, and says where.
            Ok(restored) => {
                let found = read_all(&restored.journal).await.unwrap();
                let known: Vec<_> = (0..restored.end.0).map(body).collect();
                assert!(found == known && how.starts_with("cut"), "{how}");
                // The archive is completed from the journal, which is still there.
                let opened = journal::archive::Archiver::open(&source, &to, &world.options).await;
                let mut archiver = opened.unwrap_or_else(|error| panic!("{how}: {error}"));
                while archiver.end().0 < RECORDS {
                    archiver.next(1_000).await.unwrap();
                }
            }
            Err(error) => {
                assert!(error.to_string().contains(text(&active)), "{how}: {error}");
                let error = journal::archive::Archiver::open(&source, &to, &world.options).await;
                assert!(error.is_err(), "{how}: it was gone on with");
            }
        }
        times += 1;
    }
    told(
        "the last segment of an archive",
        "completed from the journal, or named; never more or other records",
        times,
    );
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
