//! The demo, as a newcomer runs it.

use crate::runner::{digest, succeed, text};

#[test]
fn the_demo_shows_the_districts_report_equal_to_the_ledger() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let shown = succeed(&["demo", "--no-serve", "--data", text(&data), "--facts", "3000"]);
    assert!(shown.contains("113 of 113 figures are equal"), "{shown}");
    assert!(shown.contains("The table balances") && !shown.contains('✗'), "{shown}");
    let once = digest(&data);
    let again = ["demo", "--no-serve", "--data", text(&data), "--facts", "3000", "--lang", "vi"];
    let again = succeed(&again);
    assert!(again.contains("113 trên 113 số liệu bằng nhau"), "{again}");
    assert_eq!(digest(&data), once, "a second demo changes nothing");
}
