//! Sealing segments: every image a crash can leave, and readers that are in the middle of it.

use std::fs;
use std::path::{Path, PathBuf};

use journal::{Error, Journal, Options, Position, Writer};

use crate::world::{World, body, entries, follow, read_all};

const FIRST: &str = "00000000000000000001";

fn place(world: &World) -> PathBuf {
    world.dir.path().join("journal")
}

fn names(place: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(place)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('0'))
        .collect();
    names.sort();
    names
}

async fn seal(writer: &mut Writer) {
    let Writer::Dir(_, writer) = writer else { panic!("a dir journal") };
    writer.seal().await.unwrap();
}

/// 300 records in the first segment, unsealed and sealed; then 20 in the next.
struct Images {
    world: World,
    active: Vec<u8>,
    sealed: Vec<u8>,
}

async fn images() -> Images {
    let world = World::dir().await;
    let mut writer = world.writer().await;
    writer.append(&entries(0, 300)).await.unwrap();
    let active = fs::read(place(&world).join(FIRST).with_extension("active")).unwrap();
    seal(&mut writer).await;
    writer.append(&entries(300, 320)).await.unwrap();
    drop(writer);
    let sealed = fs::read(place(&world).join(FIRST).with_extension("sealed")).unwrap();
    Images { world, active, sealed }
}

async fn assert_whole(world: &World, what: &str) {
    let expected: Vec<_> = (0..320).map(body).collect();
    assert!(read_all(&world.journal().await).await.unwrap() == expected, "reader: {what}");
    let mut writer = world.writer().await;
    assert!(read_all(&writer.journal()).await.unwrap() == expected, "writer: {what}");
    let receipts = writer.append(&entries(320, 321)).await.unwrap();
    assert_eq!(receipts[0].position, Position(321), "{what}");
    drop(writer); // waits for the sealing thread
    let next = "00000000000000000301.active".to_owned();
    assert_eq!(names(&place(world)), [format!("{FIRST}.sealed"), next], "{what}");
    let manifest = fs::read_to_string(place(world).join("manifest.json")).unwrap();
    assert_eq!(manifest.matches("\"sha256\"").count(), 1, "{what}");
}

#[tokio::test]
async fn every_image_that_a_crash_while_sealing_leaves_is_recovered_exactly_once() {
    for case in [
        "nothing written yet",
        "an empty temporary file",
        "a half-written temporary file",
        "a whole temporary file",
        "both segments, no manifest",
        "both segments and the manifest",
        "both segments, the sealed one damaged",
        "sealed, no manifest",
        "sealed, a temporary manifest",
    ] {
        let Images { world, active, sealed } = images().await;
        let place = place(&world);
        let file = |extension: &str| place.join(FIRST).with_extension(extension);
        let mut damaged = sealed.clone();
        damaged[100] ^= 1;
        let unsealed = || {
            fs::remove_file(file("sealed")).unwrap();
            fs::remove_file(place.join("manifest.json")).unwrap();
            fs::write(file("active"), &active).unwrap();
        };
        match case {
            "nothing written yet" => unsealed(),
            "an empty temporary file" => {
                unsealed();
                fs::write(file("sealed.tmp"), "").unwrap();
            }
            "a half-written temporary file" => {
                unsealed();
                fs::write(file("sealed.tmp"), &sealed[..sealed.len() / 2]).unwrap();
            }
            "a whole temporary file" => {
                unsealed();
                fs::write(file("sealed.tmp"), &sealed).unwrap();
            }
            "both segments, no manifest" => {
                unsealed();
                fs::write(file("sealed"), &sealed).unwrap();
            }
            "both segments and the manifest" => fs::write(file("active"), &active).unwrap(),
            "both segments, the sealed one damaged" => {
                // Not a crash's doing; but a reader must see it as long as it is so.
                fs::write(file("active"), &active).unwrap();
                fs::write(file("sealed"), &damaged).unwrap();
                let error = read_all(&world.journal().await).await.expect_err("damaged");
                assert!(error.corrupt_at().is_some(), "{error}");
                drop(world.writer().await);
            }
            "sealed, no manifest" => fs::remove_file(place.join("manifest.json")).unwrap(),
            "sealed, a temporary manifest" => {
                fs::write(place.join("manifest.json.tmp"), "{\"ident").unwrap();
            }
            other => panic!("no such case: {other}"),
        }
        assert_whole(&world, case).await;
    }
}

#[tokio::test]
async fn a_sealed_segment_damaged_anywhere_is_an_error_that_names_it() {
    let Images { world, sealed, .. } = images().await;
    let file = place(&world).join(FIRST).with_extension("sealed");
    for at in (0..sealed.len()).step_by(97).chain([sealed.len() - 1]) {
        let mut damaged = sealed.clone();
        damaged[at] ^= 0x10;
        fs::write(&file, &damaged).unwrap();
        let error = read_all(&world.journal().await).await.expect_err("damaged");
        assert_eq!(error.corrupt_at().map(|(file, _)| file), Some(&*file), "flipped {at}: {error}");
    }
}

#[tokio::test]
async fn a_segment_that_is_missing_or_cut_is_noticed() {
    let Images { world, sealed, .. } = images().await;
    let file = place(&world).join(FIRST).with_extension("sealed");
    fs::write(&file, &sealed[..sealed.len() - 1]).unwrap();
    let error = Writer::open(&world.url, &world.options).await.expect_err("cut");
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    fs::remove_file(&file).unwrap();
    let error = Writer::open(&world.url, &world.options).await.expect_err("missing");
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    let error = read_all(&world.journal().await).await.expect_err("missing");
    assert!(matches!(error, Error::Gap { .. }), "{error}");
}

#[tokio::test]
async fn readers_in_the_middle_of_a_segment_go_on_while_it_is_sealed() {
    let world = World::dir().await;
    let mut writer = world.writer().await;
    let journal = writer.journal();
    writer.append(&entries(0, 500)).await.unwrap();
    let mut tail = journal.tail(Position(0)).await.unwrap();
    assert_eq!(follow(&mut tail, 1, 7).await.len(), 7);
    let mut at_end = journal.tail(Position(500)).await.unwrap();
    seal(&mut writer).await;
    writer.append(&entries(500, 510)).await.unwrap();
    seal(&mut writer).await;
    writer.append(&entries(510, 520)).await.unwrap();
    assert_eq!(follow(&mut tail, 8, 513).await, (7..520).map(body).collect::<Vec<_>>());
    assert_eq!(follow(&mut at_end, 501, 20).await, (500..520).map(body).collect::<Vec<_>>());
    assert_eq!(journal.end().await.unwrap(), Position(520));
}

#[tokio::test]
async fn many_small_segments_are_one_journal_for_a_tail_that_runs_along() {
    let mut world = World::dir().await;
    world.options.dir.segment_bytes_max = 3000;
    let mut writer = world.writer().await;
    let mut tail = writer.journal().tail(Position(0)).await.unwrap();
    let appending = tokio::spawn(async move {
        for n in 0..150 {
            writer.append(&entries(n * 10, n * 10 + 10)).await.unwrap();
        }
    });
    assert_eq!(follow(&mut tail, 1, 1500).await, (0..1500).map(body).collect::<Vec<_>>());
    appending.await.unwrap();
    assert!(names(&place(&world)).len() > 20);
    assert_eq!(world.writer().await.journal().end().await.unwrap(), Position(1500));
}

#[tokio::test]
async fn a_copy_keeps_positions_bytes_and_receive_times() {
    let source = World::dir().await;
    let mut writer = source.writer().await;
    writer.append(&entries(0, 2000)).await.unwrap();
    let from = writer.journal();
    let target = World::dir().await;
    let options = Options { identity: Some(from.identity()), ..target.options.clone() };
    let mut copy = Writer::open(&target.url, &options).await.unwrap();
    let Writer::Dir(_, archive) = &mut copy else { panic!("a dir journal") };
    let mut blocks = from.read(Position(1), Position(2000));
    let mut first = None;
    while let Some(block) = blocks.next().await {
        let block = block.unwrap().open().unwrap();
        archive.copy(&block).await.unwrap();
        first.get_or_insert(block);
    }
    let again = archive.copy(&first.unwrap()).await;
    assert!(matches!(again, Err(Error::Gap { .. })), "{again:?}");
    archive.seal().await.unwrap();
    let copy = copy.journal();
    assert!(read_all(&copy).await.unwrap() == read_all(&from).await.unwrap());
    for at in [1, 1000, 2000].map(Position) {
        assert_eq!(copy.record(at).await.unwrap(), from.record(at).await.unwrap());
    }
}

#[test]
fn plain_threads_open_the_blocks_that_an_iterator_hands_out() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::dir());
    let mut writer = runtime.block_on(world.writer());
    runtime.block_on(writer.append(&entries(0, 9000))).unwrap();
    let Journal::Dir(journal) = writer.journal() else { panic!("a dir journal") };
    let blocks: Vec<_> = journal.read(Position(10), Position(8990)).collect();
    let counts: Vec<usize> = std::thread::scope(|scope| {
        let opening: Vec<_> = blocks
            .into_iter()
            .map(|block| scope.spawn(|| block.unwrap().open().unwrap().len()))
            .collect();
        opening.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(counts.len() > 2);
    assert_eq!(counts.into_iter().sum::<usize>(), 8981);
}

#[tokio::test]
async fn a_torn_frame_in_a_segment_that_is_not_the_newest_is_an_error() {
    let Images { world, active, .. } = images().await;
    let file = place(&world).join(FIRST).with_extension("active");
    fs::remove_file(file.with_extension("sealed")).unwrap();
    fs::remove_file(place(&world).join("manifest.json")).unwrap();
    let mut torn = active.clone();
    torn.extend([7, 0, 0]);
    fs::write(&file, &torn).unwrap();
    let error = Writer::open(&world.url, &world.options).await.expect_err("torn in the middle");
    assert_eq!(error.corrupt_at(), Some((&*file, active.len() as u64)), "{error}");
    assert_eq!(fs::read(&file).unwrap(), torn);
}
