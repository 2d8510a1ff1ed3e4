//! The `dir` engine after a crash: every torn image of the active segment, and damage.

use std::fs;
use std::path::{Path, PathBuf};

use journal::{Error, Identity, Journal, Known, Options, Position, Writer};

use crate::world::{World, body, entries, read_all};

/// A header is 40 bytes, the head of a frame 16.
const HEADER: usize = 40;
const FRAME: usize = 16;

/// A journal of five frames, each appended on its own; its active file and where frames end.
async fn five_frames() -> (World, PathBuf, Vec<u8>, Vec<usize>) {
    let world = World::dir().await;
    let mut writer = world.writer().await;
    for n in 0..5 {
        writer.append(&entries(n, n + 1)).await.unwrap();
    }
    drop(writer);
    let file = world.dir.path().join("journal/00000000000000000001.active");
    let bytes = fs::read(&file).unwrap();
    let mut ends = vec![HEADER];
    for n in 0..5 {
        ends.push(ends.last().unwrap() + FRAME + body(n).len());
    }
    assert_eq!(*ends.last().unwrap(), bytes.len());
    (world, file, bytes, ends)
}

fn image(file: &Path, bytes: &[u8]) {
    fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn a_tail_torn_at_any_byte_is_cut_at_the_last_whole_frame() {
    let (world, file, bytes, ends) = five_frames().await;
    for len in ends[3]..bytes.len() {
        image(&file, &bytes[..len]);
        let whole = u64::try_from(ends.iter().filter(|end| **end <= len).count() - 1).unwrap();

        // A reader stops before the tear, and changes nothing.
        let before = read_all(&world.journal().await).await.unwrap();
        assert_eq!(before, (0..whole).map(body).collect::<Vec<_>>(), "torn at {len}");
        assert_eq!(fs::metadata(&file).unwrap().len(), len as u64);

        // A writer cuts it, keeps it aside, and goes on at the right position.
        let mut writer = world.writer().await;
        let torn = &bytes[ends[whole as usize]..len];
        let kept = torn_files(&file);
        assert_eq!(kept.last().map_or(&[][..], |(_, bytes)| bytes), torn, "torn at {len}");
        for (path, _) in kept {
            let name = path.file_name().unwrap().to_str().unwrap();
            assert_eq!(name, format!("{:020}.torn", whole + 1));
            fs::remove_file(path).unwrap();
        }
        let receipts = writer.append(&entries(100, 102)).await.unwrap();
        assert_eq!(receipts[0].position.0, whole + 1, "torn at {len}");
        let expected: Vec<_> = (0..whole).chain(100..102).map(body).collect();
        assert_eq!(read_all(&writer.journal()).await.unwrap(), expected, "torn at {len}");
    }
    told(
        "the end of a journal",
        "cut at each byte",
        "cut back to whole records, the rest kept aside",
        bytes.len() - ends[3],
    );
}

#[tokio::test]
async fn zeros_after_the_last_frame_are_a_torn_tail() {
    let (world, file, mut bytes, _) = five_frames().await;
    bytes.extend([0; 5000]);
    image(&file, &bytes);
    let mut writer = world.writer().await;
    writer.append(&entries(5, 6)).await.unwrap();
    let found = read_all(&writer.journal()).await.unwrap();
    assert_eq!(found, (0..6).map(body).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_byte_flipped_in_a_middle_frame_is_an_error_that_names_file_and_offset() {
    let (world, file, bytes, ends) = five_frames().await;
    for at in ends[2]..ends[3] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x40;
        image(&file, &damaged);
        let expected = Some((file.clone(), ends[2] as u64));
        let place = |error: Error| error.corrupt_at().map(|(file, at)| (file.to_owned(), at));

        let error = Writer::open(&world.url, &world.options).await.expect_err("a damaged frame");
        assert_eq!(place(error), expected, "flipped {at}");
        let error = read_all(&world.journal().await).await.expect_err("a damaged frame");
        assert_eq!(place(error), expected, "flipped {at}");
        assert_eq!(fs::read(&file).unwrap(), damaged, "an error must touch nothing");
    }
    told(
        "a record in the middle",
        "each byte altered",
        "corruption, named by file and byte",
        ends[3] - ends[2],
    );
}

#[tokio::test]
async fn a_bit_flipped_in_the_last_frame_is_an_error_that_names_file_and_offset() {
    let (world, file, bytes, ends) = five_frames().await;
    for bit in ends[4] * 8..ends[5] * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        image(&file, &damaged);
        let expected = Some((file.clone(), ends[4] as u64));
        let place = |error: Error| error.corrupt_at().map(|(file, at)| (file.to_owned(), at));

        let error = Writer::open(&world.url, &world.options).await.expect_err("a damaged frame");
        assert_eq!(place(error), expected, "bit {bit}");
        let error = read_all(&world.journal().await).await.expect_err("a damaged frame");
        assert_eq!(place(error), expected, "bit {bit}");
        assert_eq!(fs::read(&file).unwrap(), damaged, "an error must touch nothing");
    }
    assert!(torn_files(&file).is_empty());
    told(
        "the last record of a journal",
        "each bit flipped",
        "corruption, named by file and byte",
        8 * (ends[5] - ends[4]),
    );
}

/// A row of the table that `make faults` prints: it held, so often.
fn told(what: &str, how: &str, expected: &str, times: usize) {
    eprintln!("fault | {what} | {how} | {expected} | as expected | {times}");
}

#[tokio::test]
async fn nothing_is_cut_that_is_known_from_elsewhere() {
    let (mut world, file, bytes, ends) = five_frames().await;
    let identity = world.journal().await.identity();
    let known = |journal, position| Known {
        journal,
        position: Position(position),
        by: format!("who knows {position}"),
    };
    let other = known(Some(Identity::random()), 9);
    world.options.dir.known = vec![known(Some(identity), 4), other, known(Some(identity), 5)];
    // Torn inside the fifth frame, right before it, and the whole file gone.
    for len in [ends[5] - 1, ends[4] + 3, ends[4]] {
        image(&file, &bytes[..len]);
        let error = Writer::open(&world.url, &world.options).await.expect_err("an end is lost");
        let Error::Shorter { place, end, known, by } = &error else { panic!("{error}") };
        assert_eq!((place, end.0, known.0), (&file, 4, 5), "{error}");
        assert_eq!(by, "who knows 5");
        assert_eq!(fs::read(&file).unwrap(), &bytes[..len], "an error must touch nothing");
    }
    fs::remove_file(&file).unwrap();
    let error = Writer::open(&world.url, &world.options).await.expect_err("all is lost");
    assert!(matches!(error, Error::Shorter { end: Position(0), .. }), "{error}");
    // Put back, or known of another journal: it goes on.
    image(&file, &bytes);
    world.writer().await;
    image(&file, &bytes[..ends[4]]);
    world.options.dir.known = vec![known(Some(Identity::random()), 5)];
    world.writer().await;
    // Whose it is cannot be told any more: it may be ours.
    world.options.dir.known = vec![known(None, 5)];
    Writer::open(&world.url, &world.options).await.expect_err("it may have been five");
}

#[tokio::test]
async fn tails_that_are_torn_at_the_same_position_are_all_kept() {
    let (world, file, bytes, ends) = five_frames().await;
    for len in [ends[4] + 3, ends[4] + 20] {
        image(&file, &bytes[..len]);
        world.writer().await;
    }
    let names: Vec<_> = torn_files(&file)
        .into_iter()
        .map(|(path, bytes)| (path.extension().unwrap().to_owned(), bytes.len()))
        .collect();
    assert_eq!(names, [("torn".into(), 3), ("2".into(), 20)]);
}

/// What was cut off and kept aside, by name.
fn torn_files(active: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(active.parent().unwrap()).unwrap();
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains(".torn"))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_damaged_header_is_an_error() {
    let (world, file, bytes, _) = five_frames().await;
    for at in 0..HEADER {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        image(&file, &damaged);
        let error = Writer::open(&world.url, &world.options).await.expect_err("a damaged header");
        assert_eq!(
            error.corrupt_at().map(|(file, at)| (file.to_owned(), at)),
            Some((file.clone(), 0))
        );
    }
}

#[tokio::test]
async fn a_directory_that_is_something_else_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let cases = [
        ("notes.txt", "hello"),
        ("journal.json", "{\"format\":\"other\",\"version\":1,\"identity\":\"\",\"created_ms\":0}"),
        ("journal.json", "not json"),
        (
            "journal.json",
            "{\"format\":\"tonghop-journal\",\"version\":2,\"identity\":\"\",\"created_ms\":0}",
        ),
    ];
    for (number, (name, text)) in cases.into_iter().enumerate() {
        let place = dir.path().join(number.to_string());
        fs::create_dir(&place).unwrap();
        fs::write(place.join(name), text).unwrap();
        let result = Writer::open(&format!("dir:{}", place.display()), &Options::create()).await;
        let error = result.expect_err("not our journal");
        let expected = matches!(error, Error::NotAJournal { .. } | Error::Version { .. });
        assert!(expected, "{error}");
        let names: Vec<_> =
            fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [name]);
        assert_eq!(fs::read_to_string(place.join(name)).unwrap(), text);
    }
}

#[tokio::test]
async fn a_creation_that_crashed_is_begun_again() {
    let world = World::dir().await;
    let place = world.dir.path().join("journal");
    fs::create_dir(&place).unwrap();
    fs::write(place.join("lock"), "").unwrap();
    fs::write(place.join("journal.json.tmp"), "{\"for").unwrap();
    let mut writer = world.writer().await;
    writer.append(&entries(0, 1)).await.unwrap();
    assert!(!place.join("journal.json.tmp").exists());
}

#[tokio::test]
async fn a_second_writer_is_told_who_holds_the_lock_and_readers_are_not_disturbed() {
    let mut world = World::dir().await;
    let mut writer = world.writer().await;
    world.options.dir.lock_wait = std::time::Duration::from_millis(50);
    let error = Writer::open(&world.url, &world.options).await.expect_err("locked");
    assert!(matches!(error, Error::Locked { .. }), "{error}");
    assert!(error.to_string().contains("/lock is held by another writer"), "{error}");
    let journal = Journal::open(&world.url, &Options::default()).await.unwrap();
    writer.append(&entries(0, 3)).await.unwrap();
    assert_eq!(read_all(&journal).await.unwrap().len(), 3);
    drop(writer);
    world.writer().await;
}
