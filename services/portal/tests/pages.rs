//! Pages over a small journal: every one is whole in both languages, says no half sentences, has
//! nothing that a strict policy forbids, and its live parts are the ones it marks.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::Arc;

use access::{Role, Who};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use domain::contribution::Rules;
use domain::time::Day;
use journal::{Entry, Options, Writer};
use portal::App;
use portal::pages::{Held, Pages, PublishedReport, PublishedRow, RecentFact};
use projector::{Config, Projector};
use proto::catalogue::Catalogue;
use proto::gazetteer::{Gazetteer, Lang};
use proto::intake::Intake;
use tower::ServiceExt;
use web::{Asker, Kind, Problem};

/// What happened: two communes, a target, a census, a loan, an exit from poverty.
const FACTS: &[&str] = &[
    r#""type":"vn.tonghop.census.reported.v1","id":"c1","time":"2020-12-20T08:00:00+07:00","data":{"unit":"L-24097","households":1000}"#,
    r#""type":"vn.tonghop.census.reported.v1","id":"c2","time":"2020-12-20T08:00:00+07:00","data":{"unit":"L-24112","households":1234}"#,
    r#""type":"vn.tonghop.target.assigned.v1","id":"t1","time":"2021-01-01T08:00:00+07:00","data":{"unit":"L-637","indicator":"poor_households_reduction","period":"2021@civil","value":"2","set_by":"district_committee","reference":"QĐ <b>1</b>"}"#,
    r#""type":"vn.tonghop.household.registered.v1","id":"h1","subject":"household/52.a04691fbe4451815","time":"2020-12-14T08:00:00+07:00","data":{"unit":"L-24097","standing":"poor","persons":5}"#,
    r#""type":"vn.tonghop.household.registered.v1","id":"h2","subject":"household/52.b04691fbe4451815","time":"2020-12-14T08:00:00+07:00","data":{"unit":"L-24112","standing":"poor","persons":3}"#,
    r#""type":"vn.tonghop.household.classified.v1","id":"k1","subject":"household/52.a04691fbe4451815","time":"2021-03-01T08:00:00+07:00","data":{"unit":"L-24097","from":"poor","to":"above","persons":5,"cause":"review"}"#,
    // Nonsense, that is found and shown.
    r#""type":"vn.tonghop.funds.allocated.v1","id":"f1","time":"2021-02-01T08:00:00+07:00","data":{"unit":"L-24112","project":"livelihood","fund":"central_budget","amount":100}"#,
    r#""type":"vn.tonghop.funds.disbursed.v1","id":"f2","time":"2021-02-02T08:00:00+07:00","data":{"unit":"L-24112","project":"livelihood","fund":"central_budget","amount":100000}"#,
];

fn line(fact: &str) -> String {
    format!("{{\"specversion\":\"1.0\",\"source\":\"urn:test:pages\",{fact}}}")
}

/// What a door puts into a request.
#[derive(Clone)]
struct Token(String);

struct Server {
    app: Arc<App>,
    pages: Pages,
    router: Router,
    taken: usize,
    _folder: tempfile::TempDir,
}

fn report() -> PublishedReport {
    let row = |label: &str, ledger: Option<&str>, held: Held| PublishedRow {
        label: label.to_owned(),
        quote: "“x” <script>".to_owned(),
        published: "2.342".to_owned(),
        ledger: ledger.map(str::to_owned),
        kind: "kết quả".to_owned(),
        held,
        note: String::new(),
    };
    PublishedReport {
        title: "Báo cáo số 209/BC-UBND".to_owned(),
        unit: ("L-637".to_owned(), "Huyện Krông Pa".to_owned()),
        published: "15/6/2021".to_owned(),
        rows: vec![
            row("a", Some("2.342"), Held::Agrees),
            row("b", Some("1"), Held::Differs),
            row("c", None, Held::CannotAsk),
            row("d", Some("702 (chỉ tiêu)"), Held::NotCounted),
        ],
        tallies: vec!["kết quả: 1 trên 4 số bằng số đếm".to_owned(), "chỉ tiêu".to_owned()],
        contradictions: vec![("vậy".to_owned(), "mà vậy".to_owned())],
    }
}

async fn server() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let (gazetteer, catalogue) = (Gazetteer::embedded(), Catalogue::embedded());
    let rules = Arc::new(Rules { atlas: gazetteer.atlas.clone(), plan: catalogue.plan.clone() });
    let url = format!("dir:{}", folder.path().join("journal").display());
    let mut writer = Writer::open(&url, &Options::create()).await.unwrap();
    let today = Day::from_ymd(2026, 1, 1).unwrap();
    let intake = Intake { gazetteer, plan: &catalogue.plan, today };
    let taken: Vec<Entry> = FACTS
        .iter()
        .map(|fact| intake.take(line(fact).as_bytes()).map_err(|why| format!("{fact}: {why:?}")))
        .map(|taken| taken.map(|one| Entry::new(one.route, one.bytes)).unwrap())
        .collect();
    writer.append(&taken).await.unwrap();
    let journal = writer.journal();
    let config =
        Config::new(journal.clone(), folder.path().join("data"), rules.clone(), catalogue.hash());
    let projector = Projector::open(config).await.unwrap();
    let handle = projector.handle();
    tokio::spawn(projector.run(std::future::pending()));
    handle.folded(taken.len() as u64).await.unwrap();
    let app = Arc::new(App::new(handle, journal, rules));
    let fact = RecentFact {
        position: "6".to_owned(),
        on: "1/3".to_owned(),
        unit: "Phú Cần".to_owned(),
        what: "1 hộ thoát nghèo <i>".to_owned(),
    };
    let pages = Pages::new()
        .with_home("L-637")
        .with_csrf(|extensions| extensions.get::<Token>().map_or_else(String::new, |t| t.0.clone()))
        .with_recent(move |_, _, _, _| vec![fact.clone()])
        .with_published(|_, _| Some(report()));
    let router = pages.router().fallback(pages.not_found()).with_state(app.clone());
    let taken = taken.len();
    Server { app, pages, router, taken, _folder: folder }
}

impl Server {
    async fn get(&self, path: &str) -> (StatusCode, axum::http::HeaderMap, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let bytes = to_bytes(body, 4 << 20).await.unwrap();
        (head.status, head.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }
}

/// All pages of the district, with a time in which something happened.
const PAGES: &[(&str, u16)] = &[
    ("/u/L-637", 200),
    ("/u/L-637?period=2021@civil", 200),
    ("/u/L-637?from=2021-01-10&to=2021-04-05", 200),
    ("/u/L-637?boundaries=current", 200),
    ("/u/L-637?sort=name", 200),
    ("/u/l-637", 200),
    ("/u/L-24097", 200),
    ("/u/N-24112", 200),
    ("/u/VN", 200),
    ("/u/L-637/map?indicator=loan_amount", 200),
    ("/u/L-637/map", 200),
    ("/u/L-24097/map", 200),
    ("/u/L-637/movements", 200),
    ("/u/L-637/movements?class=near_poor", 200),
    ("/u/L-637/i", 200),
    ("/u/L-637/i/poverty_rate", 200),
    ("/u/L-637/i/poor_households_reduction", 200),
    ("/u/L-637/i/loan_households?from=2021-01-10&to=2021-04-05", 200),
    ("/u/L-637/compare", 200),
    ("/u/L-637/compare?with=L-638&with_period=2020-H2@administrative", 200),
    ("/u/L-637/compare?with=%3Cscript%3E", 200),
    ("/milestones", 200),
    ("/u/L-637/findings", 200),
    ("/u/L-637/closings", 200),
    ("/u/L-637/closings?from=2021-01-10&to=2021-04-05", 200),
    ("/u/VN/closings?period=2021@civil", 200),
    ("/u/L-637/explain?indicator=poverty_rate", 200),
    ("/u/L-637/explain?indicator=poor_households&by=ethnicity=%3Cscript%3E", 400),
    ("/u/VN/explain?indicator=loan_communes", 200),
    ("/search", 200),
    ("/search?q=ph%C3%BA%20c%E1%BA%A7n", 200),
    ("/search?q=%3Cscript%3Ealert(1)%3C/script%3E", 200),
    ("/published", 200),
    ("/sign-in?next=//evil.example", 200),
    ("/sign-in?error=wait&seconds=30&next=/operations", 200),
    ("/sign-in?error=wait&seconds=%3Cb%3E", 200),
    ("/sign-in/code?next=//evil.example", 200),
    ("/sign-in/code?error=wait&seconds=%3Cb%3E", 200),
    ("/two-step", 404),
    ("/operations", 403),
    ("/u/L-99999", 404),
    ("/u/L-637/i/nothing", 404),
    ("/nothing", 404),
    ("/..%2f..%2fetc/passwd", 404),
    ("/u/L-637?period=yesterday", 400),
    ("/u/L-637?from=2021-02-30&to=2021-03-01", 400),
    ("/u/L-637?boundaries=mine", 400),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_whole_in_both_languages() {
    let server = server().await;
    assert_eq!(server.taken, FACTS.len());
    for (path, expected) in PAGES {
        for lang in ["vi", "en"] {
            let mark = if path.contains('?') { '&' } else { '?' };
            let address = format!("{path}{mark}lang={lang}");
            let (status, headers, page) = server.get(&address).await;
            assert_eq!(status.as_u16(), *expected, "{address}");
            assert!(page.contains(&format!("<html lang=\"{lang}\">")), "{address}");
            assert_eq!(page.matches("<h1>").count(), 1, "{address}");
            assert!(page.contains("<main id=\"main\""), "{address}");
            for forbidden in
                [" style=", "<script>", "onclick=", "javascript:", "NaN", "{0}", "evil.example\""]
            {
                assert!(!page.contains(forbidden), "{address} has {forbidden}");
            }
            assert!(!page.contains("<b>1</b>"), "markup of a fact came through: {address}");
            let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'"), "{address}");
            let ids: Vec<&str> =
                page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let different: BTreeSet<&str> = ids.iter().copied().collect();
            assert_eq!(ids.len(), different.len(), "an id stands twice: {address} {ids:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn live_parts_are_those_that_the_page_marks() {
    let server = server().await;
    for (path, expected) in PAGES.iter().filter(|(path, _)| path.starts_with("/u/")) {
        let parts = server.pages.live_parts(&server.app, path, Lang::Vi, access::Role::Public);
        if *expected != 200 {
            assert!(parts.is_none(), "{path}");
            continue;
        }
        let (_, _, page) = server
            .get(&format!("{path}{}lang=vi", if path.contains('?') { '&' } else { '?' }))
            .await;
        let marked: BTreeSet<&str> =
            page.split("data-live=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let parts = parts.unwrap_or_default();
        let given: BTreeSet<&str> = parts.keys().map(String::as_str).collect();
        assert_eq!(marked, given, "{path}");
        // Whatever does not tell the time or carry the language along is the same in both.
        if let Some(moves) = parts.get("moves-title") {
            assert!(page.contains(moves.as_str()), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_says_what_the_facts_come_to() {
    let server = server().await;
    let (_, _, page) = server.get("/u/L-637?period=2021@civil&lang=vi").await;
    for expected in [
        "Huyện Krông Pa mới có 2 trên 14 xã đã lập danh sách hộ: trên đó còn 1 hộ nghèo",
        "giảm 1 hộ trong năm 2021",
        "đạt 50,0\u{a0}% chỉ tiêu giảm 2 hộ của năm 2021",
        "1 hộ thoát nghèo &#60;i&#62;",
        "QĐ &#60;b&#62;1&#60;/b&#62;",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    // Who was on the lists when they were opened did not come in the year, and nobody fell.
    let (_, _, page) = server.get("/u/L-637?period=2020@civil&lang=vi").await;
    for expected in [
        "trên đó có 2 hộ nghèo, đều ghi sổ lần đầu trong năm 2020.",
        "<dd class=\"d\">ghi sổ lần đầu trong kỳ: 2; 2 trên 14 xã đã lập danh sách hộ</dd>",
        "data-cell=\"mv-1\">…<",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let (_, _, table) = server.get("/u/L-637/movements?period=2021@civil&lang=en").await;
    assert!(table.contains("15 of 15 units"), "every unit's table balances");
    let (status, headers, _) = server.get("/").await;
    assert_eq!((status.as_u16(), headers[header::LOCATION].to_str().unwrap()), (303, "/u/L-637"));
    let (_, headers, _) = server.get("/u/L-637?q=ph%C3%BA").await;
    assert_eq!(headers[header::LOCATION].to_str().unwrap(), "/search?q=ph%C3%BA");
    let (_, headers, _) = server.get("/search?q=l-24097").await;
    assert_eq!(headers[header::LOCATION].to_str().unwrap(), "/u/L-24097");
    let (_, headers, _) = server.get("/search?q=phu%20can,%20krong%20pa&period=2021").await;
    let only = headers.get(header::LOCATION).map(|to| to.to_str().unwrap());
    assert_eq!(only, Some("/u/L-24097?period=2021"), "the only unit of a name is opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_of_others_are_pages_in_the_askers_language() {
    let server = server().await;
    let uri = "/u/L-637?period=2021".parse().unwrap();
    for (kind, lang, expected) in [
        (Kind::NotFound, Lang::Vi, "Không có trang này"),
        (Kind::Forbidden, Lang::En, "This part needs another role"),
        (Kind::TooMany, Lang::Vi, "Quá nhiều yêu cầu"),
        (Kind::Internal, Lang::En, "Something went wrong here"),
        (Kind::BadRequest, Lang::En, "Bad request"),
        (Kind::BadRequest, Lang::Vi, "Yêu cầu không hợp lệ"),
        (Kind::Unauthorised, Lang::Vi, "Cần đăng nhập"),
        (Kind::MethodNotAllowed, Lang::Vi, "Phương thức không dùng được"),
        (Kind::TooLarge, Lang::Vi, "Dữ liệu quá lớn"),
        (Kind::Busy, Lang::Vi, "Hệ thống đang bận"),
    ] {
        let problem = Problem::new(kind, "<b>why</b>");
        let page = server.pages.problem(&server.app, &problem, &uri, lang, &Who::public());
        assert!(page.contains(&format!("<h1>{expected}</h1>")), "{kind:?}: {page}");
        assert!(!page.contains("<b>why"), "{kind:?}");
        // Details are in English: a Vietnamese page says in its own words what to do.
        assert_eq!(page.contains("why"), lang == Lang::En, "{kind:?}");
        assert!(!page.contains("<p class=\"lede-2\"></p>"), "{kind:?}: no way out");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_shown_is_said_in_the_readers_language_with_a_way_out() {
    let server = server().await;
    for (path, vi, en) in [
        ("/u/L-637?period=yesterday", "không đọc được", "cannot be read"),
        ("/u/L-637?boundaries=mine", "không đọc được", "cannot be read"),
        ("/u/L-637/compare?with_period=x", "không đọc được", "cannot be read"),
        ("/u/L-637/compare?with=zzzz", "Không tìm thấy đơn vị nào", "No unit found"),
        ("/search?q=zzzz", "Không tìm thấy đơn vị nào", "No unit found"),
        ("/u/L-99999", "Hãy tìm đơn vị theo tên hay mã", "Find the unit by name"),
        ("/u/L-637/map?indicator=none", "Hãy tìm đơn vị theo tên", "Find the unit by name"),
        ("/operations", "tài khoản có quyền", "an account that has the right"),
        ("/sign-in?error=wrong", "không đúng", "is wrong"),
        ("/sign-in?error=busy", "nhiều người đăng nhập", "Many people"),
        ("/sign-in?error=late", "quá 5 phút", "Five minutes"),
        ("/sign-in/code?error=wrong", "Mã không đúng", "code is wrong"),
        ("/sign-in/code?error=used", "đã dùng rồi", "was used"),
        ("/sign-in/code?error=wait&seconds=30", "đợi 30 giây", "wait 30 seconds"),
        ("/sign-in?error=unable", "lỗi của hệ thống", "a reason of ours"),
    ] {
        let mark = if path.contains('?') { '&' } else { '?' };
        let (_, _, in_vi) = server.get(&format!("{path}{mark}lang=vi")).await;
        let (_, _, in_en) = server.get(&format!("{path}{mark}lang=en")).await;
        assert!(in_vi.contains(vi) && !in_vi.contains(en), "{path}: {vi}");
        assert!(in_en.contains(en) && !in_en.contains(vi), "{path}: {en}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signed_in_is_named_and_can_sign_out() {
    let server = server().await;
    for (who, token, named, form) in [
        (Who::public(), "", false, false),
        (Who { name: "an".to_owned(), role: Role::Auditor }, "t&1", true, true),
        (Who::open(), "", true, false),
    ] {
        let name = format!("<span class=\"who\">{}</span>", who.name);
        let request = Request::get("/operations").extension(Asker(who));
        let request = request.extension(Token(token.to_owned())).body(Body::empty()).unwrap();
        let answer = server.router.clone().oneshot(request).await.unwrap();
        let expected = if named { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(answer.status(), expected);
        let page = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let page = String::from_utf8(page.to_vec()).unwrap();
        let in_nav =
            page.split("</nav>").next().unwrap().contains("href=\"/operations\" aria-current");
        assert_eq!(in_nav, named, "operations are in the navigation of who may see them");
        assert_eq!(page.contains(&name), named);
        assert_eq!(page.contains("name=\"csrf\" value=\"t&#38;1\""), form);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_figure_is_marked_equal_only_to_one_of_its_kind() {
    let server = server().await;
    for (lang, marks, kind, lede) in [
        (
            "vi",
            ["khớp", "không khớp", "không hỏi được", "sổ không đếm"],
            "Loại",
            "Kết quả: 1 trên 4 số bằng số đếm.",
        ),
        (
            "en",
            ["agrees", "differs", "cannot be asked", "not counted"],
            "Kind",
            "Kết quả: 1 trên 4 số bằng số đếm.",
        ),
    ] {
        let (_, _, page) = server.get(&format!("/published?lang={lang}")).await;
        assert!(page.contains(&format!("<th scope=\"col\">{kind}</th>")), "{lang}");
        assert!(page.contains(lede), "{lang}");
        let found: Vec<&str> = page
            .split("<td><span class=\"tag")
            .skip(1)
            .filter_map(|rest| rest.split('>').nth(1)?.split('<').next())
            .collect();
        assert_eq!(found, marks, "{lang}");
        assert_eq!(page.matches("tag ok").count(), 1, "{lang}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_that_cannot_be_is_on_the_findings_page_and_marked_where_it_is_shown() {
    let server = server().await;
    let time = "period=2021@civil&lang=en";
    for unit in ["L-637", "L-24112"] {
        let (_, _, page) = server.get(&format!("/u/{unit}/findings?{time}")).await;
        for said in
            ["Figures that cannot be", "A share of more than 100 %", "100,000", "Disbursement rate"]
        {
            assert!(page.contains(said), "{unit}: {said}");
        }
    }
    let (_, _, page) = server.get(&format!("/u/L-24097/findings?{time}")).await;
    assert!(!page.contains("Figures that cannot be"), "nothing is wrong there");
    let (_, _, page) = server.get("/u/L-637/findings?period=2023@civil&lang=vi").await;
    assert!(page.contains("Số liệu không hợp lý"), "more was paid out than there ever was");
    let (_, _, page) = server.get(&format!("/u/L-24112/i/disbursement_rate?{time}")).await;
    assert!(page.contains("implausible: a share of more than 100 %"), "it is marked");
}
