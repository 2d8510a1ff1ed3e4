//! Disk full: the file-size limit stands for it, in a child process.

use std::process::Command;

use journal::{Error, Options, Writer};

use crate::world::{World, body, entries, read_all};

const CHILD: &str = "TONGHOP_TEST_FULL";

/// Not a test by itself: what [`a_full_disk_loses_nothing_acknowledged`] starts under a limit.
#[tokio::test]
async fn a_child_appends_until_the_disk_is_full() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let mut writer = Writer::open(&url, &Options::create()).await.unwrap();
    let mut acknowledged = 0;
    let error = loop {
        let end = writer.journal().end().await.unwrap().0;
        match writer.append(&entries(end, end + 37)).await {
            Ok(receipts) => acknowledged = receipts.last().unwrap().position.0,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Full { .. }), "{error}");
    assert!(error.is_transient());
    // Still full, still clear, still nothing lost. What of the failed batch was written whole
    // stays, so that no reader sees a record vanish.
    let end = writer.journal().end().await.unwrap().0;
    assert!(acknowledged > 100 && end >= acknowledged, "{acknowledged} {end}");
    for _ in 0..3 {
        let large = journal::Entry::new("VN", vec![b'x'; 100_000]);
        let error = writer.append(&[large]).await.expect_err("still full");
        assert!(matches!(error, Error::Full { .. }), "{error}");
        assert_eq!(writer.journal().end().await.unwrap().0, end);
    }
    let found = read_all(&writer.journal()).await.unwrap();
    assert!((0..end).zip(&found).all(|(n, bytes)| *bytes == body(n)));
    // Small things still fit into the little that is left, at the right position.
    if let Ok(receipts) = writer.append(&[journal::Entry::new("VN", "{}")]).await {
        assert_eq!(receipts[0].position.0, end + 1);
    }
}

#[tokio::test]
async fn a_full_disk_loses_nothing_acknowledged() {
    let world = World::dir().await;
    // `trap ""` makes the write fail instead of killing the process.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 300; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "full::a_child_appends_until_the_disk_is_full", "--nocapture"])
        .env(CHILD, &world.url)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut writer = world.writer().await;
    let before = read_all(&writer.journal()).await.unwrap();
    assert!(before.len() > 100);
    let receipts = writer.append(&entries(0, 500)).await.unwrap();
    assert_eq!(receipts[0].position.0, before.len() as u64 + 1);
    assert_eq!(read_all(&writer.journal()).await.unwrap().len(), before.len() + 500);
}
