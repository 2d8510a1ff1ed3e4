//! The feed over a real projector: told once, in order, whatever happens to the outbox.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::contribution;
use feed::{Filter, Followed, Told, announce, options, page, url};
use journal::server::{self, Server};
use journal::{Entry, Journal, Options, Writer};
use milestones::Rules;
use projector::{Config, Projector};
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;

const RULES: &str = r#"
[[milestone]]
id = "loans"
vi = "Vay"
en = "Loans"
indicator = "loan_instances"
counted_in = "household_time"
is = "at_least"
number = "2"
grain = "civil.month"
levels = ["commune", "district"]
generations = ["legacy"]
on = "running"
"#;

fn rules(text: &str) -> Arc<Rules> {
    let plan = Catalogue::embedded().plan.clone();
    let of = contribution::Rules { atlas: Gazetteer::embedded().atlas.clone(), plan };
    Arc::new(Rules::read("test.toml", text, &of).unwrap())
}

fn loan(n: u64, unit: &str, corrects: Option<u64>) -> Entry {
    let corrects = corrects.map_or_else(String::new, |of| {
        format!(r#""correctsid":"f{of}","correctsreason":"sai xã","#)
    });
    let home = if corrects.is_empty() { n } else { n - 1 };
    let text = format!(
        r#"{{"specversion":"1.0","type":"vn.tonghop.loan.disbursed.v1","source":"//test","id":"f{n}","subject":"household/52.h{home:016}","time":"2021-03-{:02}T09:30:00+07:00",{corrects}"data":{{"unit":"{unit}","class":"poor","programme":"poor_household","purpose":"housing","amount":1000000}}}}"#,
        1 + n % 28
    );
    Entry::new("VN.VN", text)
}

async fn facts(folder: &Path) -> Writer {
    let url = format!("dir:{}", folder.join("journal").display());
    Writer::open(&url, &Options::create()).await.unwrap()
}

/// Runs projector and announcer until the feed has so many.
async fn run(folder: &Path, data: &str, rules: Arc<Rules>, until: u64) {
    run_into(&url("dir:x", folder), folder, data, rules, until).await;
}

/// The same with the feed at that address.
async fn run_into(there: &str, folder: &Path, data: &str, rules: Arc<Rules>, until: u64) {
    let journal = facts(folder).await.journal();
    let of = contribution::Rules {
        atlas: Gazetteer::embedded().atlas.clone(),
        plan: Catalogue::embedded().plan.clone(),
    };
    let mut config = Config::new(journal.clone(), folder.join(data), Arc::new(of), "c");
    config.milestones = Some(rules);
    let projector = Projector::open(config).await.unwrap();
    let outbox = projector.outbox().unwrap();
    let feed = Writer::open(there, &options(&Options::create())).await.unwrap();
    let followed = Followed::new(feed.journal()).await.unwrap();
    let mut end = followed.watch();
    let identity = journal.identity().to_string();
    let folded = projector.handle();
    let all = journal.end().await.unwrap().0;
    let done = async {
        end.wait_for(|end| *end >= until).await.unwrap();
        folded.committed(all).await.unwrap();
    };
    tokio::select! {
        result = projector.run(std::future::pending()) => result.unwrap(),
        result = announce(outbox, feed, &identity, followed.foreign()) => result.unwrap(),
        result = followed.run() => result.unwrap(),
        () = done => {}
        () = tokio::time::sleep(Duration::from_secs(60)) => panic!("the feed ends at {}", *followed.watch().borrow()),
    }
}

async fn read(folder: &Path) -> Vec<Told> {
    let feed = Journal::open(&url("dir:x", folder), &options(&Options::default())).await.unwrap();
    page(&feed, 0, &Filter::default(), usize::MAX).await.unwrap().events
}

fn said(told: &[Told]) -> Vec<String> {
    let one = |told: &Told| {
        let of = &told.event.data;
        format!("{} {} {} {}", of.unit, of.period, of.act, of.revision)
    };
    told.iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rebuild_says_anew_is_not_told_twice() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut writer = facts(folder).await;
    let loans = [loan(1, "L-24097", None), loan(2, "L-24097", None)];
    writer.append(&loans).await.unwrap();
    drop(writer);
    run(folder, "data", rules(RULES), 2).await;
    let first = ["L-24097 2021-03@civil reached 1", "L-637 2021-03@civil reached 1"];
    let mut expected = first.map(str::to_owned).to_vec();
    let units = |told: Vec<String>| {
        let mut told = told;
        told.sort_unstable();
        told
    };
    expected.sort_unstable();
    assert_eq!(units(said(&read(folder).await)), expected);
    let before: Vec<Vec<u8>> = read(folder).await.iter().map(|told| told.bytes.to_vec()).collect();
    // A correction takes the commune's back; the district keeps its own.
    let mut writer = facts(folder).await;
    writer.append(&[loan(3, "L-24076", Some(2))]).await.unwrap();
    drop(writer);
    run(folder, "data", rules(RULES), 3).await;
    // Everything again, in an empty store.
    let mut writer = facts(folder).await;
    writer.append(&[loan(5, "L-24097", None)]).await.unwrap();
    drop(writer);
    run(folder, "other", rules(RULES), 4).await;
    let told = read(folder).await;
    let all = said(&told);
    assert_eq!(all.len(), 4, "{all:?}");
    assert_eq!(all[2..], ["L-24097 2021-03@civil withdrawn 1", "L-24097 2021-03@civil reached 2"]);
    let after: Vec<Vec<u8>> = told.iter().take(2).map(|told| told.bytes.to_vec()).collect();
    assert_eq!(before, after);
    assert!(told.iter().map(|told| told.position).eq(1..=4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_rule_tells_of_the_past_and_the_old_ones_keep_still() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut writer = facts(folder).await;
    writer.append(&[loan(1, "L-24097", None), loan(2, "L-24097", None)]).await.unwrap();
    drop(writer);
    run(folder, "data", rules(RULES), 2).await;
    let more = RULES.replace("id = \"loans\"", "id = \"first_loan\"").replace("\"2\"", "\"1\"");
    run(folder, "data", rules(&format!("{RULES}{more}")), 4).await;
    let told = read(folder).await;
    let ids: Vec<&str> = told.iter().map(|told| told.event.data.rule.as_str()).collect();
    assert_eq!(ids, ["loans", "loans", "first_loan", "first_loan"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_is_read_from_any_point_and_by_subtree_and_rule() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut writer = facts(folder).await;
    let loans = ["L-24097", "L-24097", "L-24076", "L-24076"];
    let loans: Vec<Entry> = (1..).zip(loans).map(|(n, unit)| loan(n, unit, None)).collect();
    writer.append(&loans).await.unwrap();
    drop(writer);
    run(folder, "data", rules(RULES), 3).await;
    let feed = Journal::open(&url("dir:x", folder), &options(&Options::default())).await.unwrap();
    let unit = |key| Filter { unit: Gazetteer::embedded().unit(key), ..Filter::default() };
    let rule = |id: &str| Filter { rules: vec![id.to_owned()], ..Filter::default() };
    let table = [
        (0, Filter::default(), 10, 3, 3),
        (1, Filter::default(), 10, 2, 3),
        (0, Filter::default(), 1, 1, 1),
        (3, Filter::default(), 10, 0, 3),
        (9, Filter::default(), 10, 0, 3),
        (0, unit("L-637"), 10, 3, 3),
        (0, unit("L-24097"), 10, 1, 3),
        (0, unit("L-01"), 10, 0, 3),
        (0, rule("loans"), 10, 3, 3),
        (0, rule("other"), 10, 0, 3),
    ];
    let followed = Followed::new(feed.clone()).await.unwrap();
    for (since, filter, limit, count, next) in table {
        for found in [
            page(&feed, since, &filter, limit).await.unwrap(),
            followed.after(since, &filter, limit).await.unwrap(),
        ] {
            let told = (found.events.len(), found.next.min(3), found.end);
            assert_eq!(told, (count, next, 3), "{since} {filter:?} {limit}");
        }
    }
}

#[tokio::test]
async fn the_feed_is_read_back_from_any_point_also_beyond_what_is_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let there = url("dir:x", folder.path());
    let mut writer = Writer::open(&there, &options(&Options::create())).await.unwrap();
    let event: milestones::Event =
        serde_json::from_str(include_str!("../../milestones/tests/all/event.json")).unwrap();
    let entry = |n: u32| {
        let mut event = event.clone();
        event.data.revision = n;
        if n == 7 {
            event.data.rule = "seventh".into();
        }
        Entry::new(format!("a.b.L-637.2021.{n}.reached"), serde_json::to_vec(&event).unwrap())
    };
    writer.append(&(1..=6_000).map(entry).collect::<Vec<_>>()).await.unwrap();
    let followed = Followed::new(writer.journal()).await.unwrap();
    let all = Filter::default;
    let seventh = || Filter { rules: vec!["seventh".to_owned()], ..all() };
    let elsewhere = || Filter { unit: Gazetteer::embedded().unit("L-01"), ..all() };
    for (before, filter, limit, positions, next) in [
        (u64::MAX, all(), 3, vec![6_000, 5_999, 5_998], 5_998),
        (1_003, all(), 3, vec![1_002, 1_001, 1_000], 1_000),
        (3, all(), 9, vec![2, 1], 1),
        (1, all(), 9, vec![], 1),
        (0, all(), 9, vec![], 0),
        (u64::MAX, seventh(), 9, vec![7], 1),
        (7, seventh(), 9, vec![], 1),
        (u64::MAX, elsewhere(), 9, vec![], 1),
    ] {
        let found = followed.before(before, &filter, limit).await.unwrap();
        let at: Vec<u64> = found.events.iter().map(|told| told.position).collect();
        assert_eq!((at, found.next), (positions, next), "{before} {filter:?} {limit}");
    }
    assert_eq!(followed.remembered(&all(), 1)[0].position, 6_000);
    assert_eq!(followed.remembered(&seventh(), 1).len(), 0, "it is no longer in memory");
    assert_eq!(followed.rules().keys().collect::<Vec<_>>(), ["poverty_rate_under_5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_milestone_is_counted_and_passed_by() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut writer = facts(folder).await;
    writer.append(&[loan(1, "L-24097", None), loan(2, "L-24097", None)]).await.unwrap();
    drop(writer);
    run(folder, "data", rules(RULES), 2).await;
    let before = said(&read(folder).await);
    let mut feed = Writer::open(&url("dir:x", folder), &options(&Options::create())).await.unwrap();
    let junk = ["junk", "{}", "[1]"].map(|text| Entry::new("a.b.c.d.1.reached", text));
    feed.append(&junk).await.unwrap();
    drop(feed);
    // A start that meets it, and what is told after it.
    let mut writer = facts(folder).await;
    writer.append(&[loan(3, "L-24076", None), loan(4, "L-24076", None)]).await.unwrap();
    drop(writer);
    run(folder, "data", rules(RULES), 6).await;
    let told = read(folder).await;
    assert_eq!(said(&told)[..2], before);
    assert_eq!(told.iter().map(|one| one.position).collect::<Vec<_>>(), [1, 2, 6]);
    let feed = Journal::open(&url("dir:x", folder), &options(&Options::default())).await.unwrap();
    let followed = Followed::new(feed).await.unwrap();
    assert_eq!((followed.foreign().count(), followed.foreign().last()), (3, Some(5)));
    let all = Filter::default();
    for since in 0..=6 {
        let page = followed.after(since, &all, 10).await.unwrap();
        let at: Vec<u64> = page.events.iter().map(|one| one.position).collect();
        let wanted: Vec<u64> = [1, 2, 6].into_iter().filter(|at| *at > since).collect();
        assert_eq!((at, page.next), (wanted, 6), "since {since}");
    }
    let back = followed.before(6, &all, 10).await.unwrap();
    assert_eq!(back.events.iter().map(|one| one.position).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(followed.foreign().count(), 3, "each counts once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_milestone_whose_route_a_stranger_took_is_told_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(server::Config::new(folder.join("nats"))).await;
    let server = server.expect("this test needs a nats-server");
    let there = server.url();
    let mut writer = facts(folder).await;
    writer.append(&[loan(1, "L-24097", None), loan(2, "L-24097", None)]).await.unwrap();
    drop(writer);
    run(folder, "data", rules(RULES), 2).await;
    let wanted = said(&read(folder).await);
    let mut feed = Writer::open(&there, &options(&Options::create())).await.unwrap();
    for told in read(folder).await {
        let of = &told.event.data;
        let (period, act) = (of.period.replace('@', "_"), &of.act);
        let of = [&of.rule, &of.definition, &of.unit, &period, &of.revision.to_string(), act];
        let route = of.map(String::as_str).join(".");
        feed.append(&[Entry::new(route.clone(), format!("junk {route}"))]).await.unwrap();
        let again =
            feed.append(&[Entry::new(route.clone(), format!("other {route}"))]).await.unwrap();
        assert!(again[0].duplicate, "the route is taken");
    }
    drop(feed);
    for data in ["other", "third"] {
        run_into(&there, folder, data, rules(RULES), 4).await;
        let feed = Journal::open(&there, &options(&Options::default())).await.unwrap();
        assert_eq!(feed.end().await.unwrap().0, 4, "told once");
        let told = page(&feed, 0, &Filter::default(), usize::MAX).await.unwrap();
        assert_eq!(said(&told.events), wanted);
    }
}
