//! A journal that ends before what rows, archives, vintages or signatures know of it: no writer gives
//! their positions to other facts, and none cuts what may be all that is left of them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::runner::{json, run, simulated, succeed, text};

const FACTS: u64 = 60;

/// A data folder of facts, another file to import, and where each record of the journal ends.
struct World {
    folder: tempfile::TempDir,
    data: PathBuf,
    more: PathBuf,
    whole: Vec<u8>,
    ends: Vec<usize>,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, data) = (simulated(folder.path(), FACTS, 1), folder.path().join("data"));
        succeed(&["import", text(&file), "--data", text(&data)]);
        let lines = fs::read_to_string(&file).expect("it was simulated");
        let more = folder.path().join("more.ndjson");
        fs::write(&more, lines.lines().next().expect("a line")).expect("it can be written");
        let mut world = World { folder, data, more, whole: Vec::new(), ends: vec![40] };
        world.whole = fs::read(world.active()).expect("it is there");
        while let Some(length) = world.whole.get(world.last()..world.last() + 4) {
            let length = u32::from_le_bytes(length.try_into().expect("four bytes"));
            world.ends.push(world.last() + 16 + length as usize);
        }
        world
    }

    fn last(&self) -> usize {
        *self.ends.last().expect("the header")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn active(&self) -> PathBuf {
        self.data.join("journal/00000000000000000001.active")
    }

    fn records(&self) -> usize {
        self.ends.len() - 1
    }

    /// Leaves out the last records, but for the first bytes of the first of them.
    fn cut(&self, records: usize, bytes: usize) {
        let end = self.ends[self.records() - records] + bytes;
        fs::write(self.active(), &self.whole[..end]).expect("it can be written");
    }

    fn forget_rows(&self) {
        fs::remove_dir_all(self.data.join("rows.1")).expect("there are rows");
    }

    fn archive(&self, to: &Path) {
        succeed(&["archive", text(to), "--data", text(&self.data), "--once"]);
    }

    /// Every writer refuses, says who knows what and what to do, and touches nothing.
    fn refuse(&self, who: &str, more: &[&str]) -> usize {
        let (active, journal) =
            (self.active(), format!("dir:{}", text(&self.data.join("journal"))));
        let commands = [
            vec!["import", text(&self.more), "--data", text(&self.data)],
            vec!["import", text(&self.more), "--journal", &journal],
            vec!["up", "--listen", "127.0.0.1:0", "--data", text(&self.data)],
        ];
        let mut times = 0;
        for records in [1, 20] {
            for (bytes, command) in
                [0, 7].iter().flat_map(|at| commands.iter().map(move |c| (*at, c)))
            {
                self.cut(records, bytes);
                let before = fs::read(&active).expect("it is there");
                let args = [&command[..], more].concat();
                let output = run(&args);
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert_eq!(output.status.code(), Some(1), "{who}: {args:?}: {said}");
                let (found, known) = (self.records() - records, self.records());
                for part in [
                    format!("{} ends at position {found}, ", active.display()),
                    format!("before position {known} that "),
                    format!("{who} knows of"),
                    "tonghop restore ARCHIVE".to_owned(),
                ] {
                    assert!(said.contains(&part), "{who}: {args:?}: no {part:?} in {said}");
                }
                assert_eq!(fs::read(&active).expect("it is there"), before, "{who}: {args:?}");
                times += 1;
            }
        }
        times
    }

    /// Put back, everything goes on.
    fn goes_on(&self, more: &[&str]) {
        fs::write(self.active(), &self.whole).expect("it can be written");
        succeed(&[&["import", text(&self.more), "--data", text(&self.data)], more].concat());
        assert!(fs::read(self.active()).expect("it is there").len() > self.whole.len());
    }
}

fn told(times: usize, who: &str) {
    eprintln!(
        "fault | a journal of which {who} know more | cut at frames and within them, opened by \
         import and up | refused: names the file, both ends and who knows; nothing is touched | as \
         expected | {times}"
    );
}

#[test]
fn no_position_that_the_rows_know_is_given_anew() {
    let world = World::new();
    let who = format!("the store in {}", world.data.display());
    told(world.refuse(&who, &[]), "the rows");
    world.goes_on(&[]);
}

#[test]
fn no_position_that_an_archive_knows_is_given_anew() {
    let world = World::new();
    let (inside, outside) = (world.data.join("copy"), world.path("archive"));
    world.archive(&inside);
    world.archive(&outside);
    world.forget_rows();
    let times = world.refuse(&format!("the archive {}", inside.display()), &[]);
    // Readers go on, and show what is there.
    world.cut(20, 7);
    let shown = json(&["digest", "--data", text(&world.data)])["position"].as_u64();
    assert_eq!(shown, Some(world.records() as u64 - 20));
    for entry in fs::read_dir(&world.data).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("rows.")) {
            fs::remove_dir_all(path).expect("rows of less");
        }
    }
    fs::remove_dir_all(&inside).expect("it was made");
    let named = ["--archive", text(&outside)];
    told(times + world.refuse(&format!("the archive {}", outside.display()), &named), "archives");
    world.goes_on(&named);
}

#[test]
fn no_position_that_a_signature_or_a_vintage_knows_is_given_anew() {
    let world = World::new();
    let (key, notes) = (world.path("key"), world.data.join("checkpoints"));
    succeed(&["keygen", "--name", "tonghop.example", "--out", text(&key)]);
    fs::create_dir(&notes).expect("it can be made");
    let name = |position: usize| format!("{position:020}");
    for at in [world.records() / 2, world.records()] {
        let (note, at) = (notes.join(format!("{}.note", name(at))), at.to_string());
        let args = ["checkpoint", "--data", text(&world.data), "--key", text(&key), "--at", &at];
        succeed(&[&args[..], &["--out", text(&note)]].concat());
    }
    world.forget_rows();
    let last = notes.join(format!("{}.note", name(world.records())));
    let mut times = world.refuse(text(&last), &[]);
    // Damaged, it no longer tells of which journal it is; its name tells how far that was.
    fs::write(&last, "tonghop.exam").expect("it can be written");
    times += world.refuse(&format!("{} (damaged; its name tells)", last.display()), &[]);
    fs::remove_file(&last).expect("it was made");
    fs::create_dir(world.data.join("vintages")).expect("it can be made");
    let vintage = format!("vintages/{}-L-62.2021.official.1.txt", name(world.records()));
    fs::write(world.data.join(&vintage), "tonghop vin").expect("it can be written");
    times += world.refuse("L-62.2021.official.1.txt (damaged; its name tells)", &[]);
    told(times, "checkpoints and vintages");
    world.goes_on(&[]);
}

#[test]
fn a_journal_that_is_gone_is_not_begun_again_where_others_know_it() {
    let world = World::new();
    let (journal, archive) = (world.data.join("journal"), world.path("archive"));
    world.archive(&archive);
    let aside = world.path("aside");
    fs::rename(&journal, &aside).expect("it can be moved");
    let named = ["--archive", text(&archive)];
    let known = format!("knows of position {}", world.records());
    let import = ["import", text(&world.more), "--data", text(&world.data)];
    let up = ["up", "--listen", "127.0.0.1:0", "--data", text(&world.data)];
    let refuse = |args: &[&str]| {
        let output = run(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        for part in [&known[..], "holds no journal (0 records)", "tonghop restore ARCHIVE"] {
            assert!(said.contains(part), "{args:?}: no {part:?} in {said}");
        }
        assert!(!journal.exists(), "{args:?} made another");
    };
    refuse(&import);
    refuse(&up);
    world.forget_rows();
    refuse(&[&import[..], &named].concat());
    refuse(&[&up[..], &named].concat());
    // The way out that it names.
    let url = format!("dir:{}", text(&journal));
    succeed(&["restore", text(&archive), "--journal", &url]);
    succeed(&import);
    let position = json(&["digest", "--data", text(&world.data)])["position"].as_u64();
    assert_eq!(position, Some(world.records() as u64 + 1));
}

#[test]
fn what_knows_of_another_journal_or_of_none_yet_stops_nothing() {
    let world = World::new();
    let other = World::new();
    other.archive(&world.data.join("copy"));
    world.forget_rows();
    world.cut(20, 0);
    let none = world.path("none");
    let output =
        run(&["import", text(&world.more), "--data", text(&world.data), "--archive", text(&none)]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("is no archive yet"), "{said}");
    let position = json(&["digest", "--data", text(&world.data)])["position"].as_u64();
    assert_eq!(position, Some(world.records() as u64 - 20 + 1));
}

#[test]
fn a_damaged_archive_counts_as_far_as_it_can_be_read_and_that_is_told() {
    let world = World::new();
    let copy = world.data.join("copy");
    world.archive(&copy);
    world.forget_rows();
    let file = copy.join("00000000000000000001.active");
    let mut bytes = fs::read(&file).expect("it was made");
    let at = world.ends[world.records() - 10] + 30;
    bytes[at] ^= 1;
    fs::write(&file, bytes).expect("it can be written");
    let import = ["import", text(&world.more), "--data", text(&world.data)];
    world.cut(20, 0);
    let output = run(&import);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("00000000000000000001.active is corrupt at byte"), "{said}");
    assert!(said.contains(&format!("before position {} that", world.records() - 10)), "{said}");
    // A second copy that is damaged stops nobody whose journal has as much.
    world.goes_on(&[]);
}
