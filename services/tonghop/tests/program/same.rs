//! The same facts give the same books: imported twice, packed, shuffled, from a directory or from
//! a server.

use std::io::Write;

use crate::runner::{digest, json, run, simulated, start, succeed, text, until};

#[test]
fn importing_twice_changes_no_figure() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 5_000, 1);
    let data = folder.path().join("data");
    succeed(&["import", text(&file), "--data", text(&data)]);
    let once = digest(&data);
    succeed(&["import", text(&file), "--data", text(&data)]);
    assert_eq!(digest(&data), once);
}

#[test]
fn order_and_packing_do_not_matter() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 5_000, 1);
    let plain = folder.path().join("plain");
    succeed(&["import", text(&file), "--data", text(&plain)]);

    let lines = std::fs::read_to_string(&file).expect("the file is there");
    let mut reversed: Vec<&str> = lines.lines().collect();
    reversed.reverse();
    let gzip = folder.path().join("reversed.ndjson.gz");
    let packed = std::fs::File::create(&gzip).expect("a file");
    let mut packer = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    packer.write_all(reversed.join("\n").as_bytes()).expect("it is written");
    packer.finish().expect("it is written");
    let zstd = folder.path().join("plain.ndjson.zst");
    let packed = zstd::encode_all(lines.as_bytes(), 1).expect("it is packed");
    std::fs::write(&zstd, packed).expect("it is written");

    for (name, file) in [("gzip", gzip), ("zstd", zstd)] {
        let data = folder.path().join(name);
        succeed(&["import", text(&file), "--data", text(&data)]);
        assert_eq!(digest(&data), digest(&plain), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_and_a_directory_give_the_same_books() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 10_000, 4);
    let by_directory = folder.path().join("by-directory");
    succeed(&["import", text(&file), "--data", text(&by_directory)]);
    let expected = digest(&by_directory);

    let config = journal::server::Config::new(folder.path().join("nats"));
    let server = journal::server::Server::start(config).await.expect("the server starts");
    let url = server.url();
    succeed(&["import", text(&file), "--journal", &url, "--allow-unsynced"]);
    let data = folder.path().join("by-server");
    let mut projector = start(&["up", "--journal", &url, "--data", text(&data)]);
    until("the projector has caught up", || {
        let output = run(&["digest", "--data", text(&data), "--format", "json"]);
        String::from_utf8_lossy(&output.stdout).contains(&expected)
    });
    projector.kill().expect("it can be killed");
    projector.wait().expect("it ends");
    // The folder has no journal of its own: the store answers as of its position.
    assert_eq!(digest(&data), expected);
    succeed(&["rebuild", "--data", text(&data), "--journal", &url]);
    server.stop().await.expect("the server stops");
}

#[test]
fn figures_are_given_as_a_table_json_and_csv_in_two_languages() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 3_000, 1);
    let data = folder.path().join("data");
    succeed(&["import", text(&file), "--data", text(&data)]);
    let ask = ["figures", "--data", text(&data), "--unit", "Tỉnh Kon Tum", "--period", "2021"];
    let only = ["--indicator", "poor_households,loan_amount"];
    let asked = [&ask[..], &only[..]].concat();
    let answer = json(&asked);
    let lent = answer["figures"][1]["value"].as_i64().expect("a number");
    assert!(lent > 999_999, "{lent} đồng are enough to be grouped");
    let grouped = query::lang::whole(proto::gazetteer::Lang::Vi, i128::from(lent));
    let vietnamese = succeed(&[&asked[..], &["--lang", "vi"]].concat());
    assert!(vietnamese.contains("Số hộ nghèo") && vietnamese.contains(&grouped), "{vietnamese}");
    let csv = succeed(&[&asked[..], &["--format", "csv"]].concat());
    assert!(csv.starts_with("unit,name,indicator,"), "{csv}");
    assert!(csv.contains(&format!("loan_amount,,2021-01-01,2021-12-31,{lent},")), "{csv}");
}
