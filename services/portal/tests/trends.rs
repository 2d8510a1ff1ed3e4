//! The course of a share: times at which some units only had told are drawn, tabled and said apart.

#![allow(clippy::unwrap_used)]

mod common;

use common::{DISTRICT, PERIOD, Portal, fact, lists, story};

fn census_of_all(on: &str) -> String {
    fact("census.reported", "all", None, on, DISTRICT, r#","households":2000"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn times_at_which_some_units_only_had_told_are_hollow_and_say_of_how_many_they_are() {
    // Four communes told on 1 December 2020; the district as a whole on this day, if ever.
    for (all_told, indicator, hollow, whole) in [
        (None, "poverty_rate", 7, 0),
        (Some("2021-04-30"), "poverty_rate", 5, 2),
        (Some("2020-11-30"), "poverty_rate", 0, 7),
        (None, "poor_households", 0, 7),
    ] {
        let mut portal = Portal::open().await;
        let lists = lists("2020-12-01").into_iter();
        let facts = lists.chain(all_told.map(census_of_all)).chain(story()).collect::<Vec<_>>();
        portal.tell(&facts).await;
        for (lang, mark, sentence) in [
            ("vi", "4 trên 14 đơn vị đủ số liệu", "Điểm hoặc cột rỗng"),
            ("en", "complete in 4 of 14 units", "Hollow points or bars"),
        ] {
            let what = format!("{indicator} {all_told:?} {lang}");
            let path = format!("/u/{DISTRICT}/i/{indicator}?period={PERIOD}&lang={lang}");
            let (_, _, page) = portal.get(&path).await;
            let page = String::from_utf8(page).unwrap();
            let trend = page.split("<!--[trend-->").nth(1).unwrap();
            let trend = trend.split("<!--trend]-->").next().unwrap();
            let (chart, table) = trend.split_once("<table>").unwrap();
            // Each point stands in both renderings, and has its words for hover and for reading out.
            assert_eq!(chart.matches("class=\"pt part\"").count(), 2 * hollow, "{what}");
            assert_eq!(chart.matches("class=\"pt\"").count(), 2 * whole, "{what}");
            assert_eq!(
                chart.matches(&format!("({mark})\" tabindex")).count(),
                2 * hollow,
                "{what}"
            );
            assert_eq!(table.matches(mark).count(), hollow, "{what}");
            assert_eq!(trend.contains(sentence), hollow > 0, "{what}");
            let desc = chart.split("<desc>").nth(1).unwrap().split("</desc>").next().unwrap();
            assert_eq!(desc.contains(mark), hollow > 0, "{what}: {desc}");
        }
    }
}
