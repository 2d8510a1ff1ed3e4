//! The latest facts of a journal, newest first: what just came in.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use access::Who;
use domain::atlas::{Atlas, Place, Unit};
use domain::closing::Act;
use domain::codes::{Cause, Code};
use domain::disclosure::{households_reached, is_of_households};
use domain::fact::{Event, EventKind, Key, Stated, StatedKind, What};
use domain::time::Day;
use journal::{Journal, Position, Record};
use proto::document::Document;
use proto::gazetteer::{Gazetteer, Lang};
use proto::meaning::leaf;
use query::{When, labels, lang, written};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How many facts are kept.
const KEPT_MAX: usize = 5_000;
/// Records taken at once.
const BATCH: usize = 500;
/// A journal that is away is asked again after this.
const AGAIN: Duration = Duration::from_secs(5);

/// One fact, as it may be shown to anybody: the household it is about is told to few.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its place in the journal.
    pub position: u64,
    /// When the journal took it, in milliseconds since the Unix epoch.
    pub received_ms: i64,
    /// Where it happened.
    pub unit: Unit,
    /// The day it happened.
    pub on: Day,
    /// Its type: `vn.tonghop.loan.disbursed.v1`.
    pub kind: &'static str,
    /// Whether it corrects another fact.
    pub corrects: bool,
    /// Its key, for those who may see single households: seeing it is to be recorded.
    pub(crate) key: Key,
    at: Place,
    what: What,
    household: Option<Box<str>>,
}

impl Fact {
    fn read(record: &Record<'_>) -> Option<Fact> {
        let document = Document::read(record.bytes).ok()?;
        let position = record.position.0;
        let meaning =
            document.meaning(&leaf(record.bytes), position, Gazetteer::embedded()).ok()?;
        let corrects = meaning.facts.len() > 1;
        let fact = meaning.facts.into_iter().next()?;
        Some(Fact {
            position,
            received_ms: record.received.0,
            unit: meaning.unit,
            on: fact.on,
            kind: document.data.kind(),
            corrects,
            key: fact.key,
            at: fact.at,
            what: fact.what,
            household: document.household().map(Box::from),
        })
    }

    /// The household's pseudonym, for those who may see it: seeing it is to be recorded.
    pub fn household(&self, atlas: &Atlas, who: &Who) -> Option<&str> {
        self.household.as_deref().filter(|_| who.may_see_households(atlas, self.unit))
    }

    /// Whether it is about one household.
    pub fn is_of_one_household(&self) -> bool {
        self.household.is_some()
    }

    /// Whether it is about fewer households than this.
    pub fn is_of_few(&self, households_min: u32) -> bool {
        let is_few = |event: &Event| {
            is_of_households(event.kind) && households_reached(event) < households_min
        };
        self.is_of_one_household() || matches!(&self.what, What::Event(event) if is_few(event))
    }

    /// What happened, as anybody may read it: of few households only the kind, for in a small
    /// commune a day, a sum or a number of persons tells which ones they are.
    pub fn told(&self, lang: Lang, households_min: u32) -> String {
        if !self.is_of_few(households_min) {
            return self.summary(lang);
        }
        let said = match &self.what {
            What::Registered(_) => lang::pick(lang, "Ghi sổ một hộ", "A household registered"),
            What::MovedIn(_) => lang::pick(lang, "Một hộ chuyển đến", "A household moved in"),
            What::Classified { .. } => lang::pick(lang, "Rà soát một hộ", "A household reviewed"),
            What::Resized { .. } => {
                lang::pick(lang, "Biến động nhân khẩu của một hộ", "A household's size changed")
            }
            What::MovedWithin { .. } => {
                lang::pick(lang, "Một hộ chuyển nơi ở", "A household moved house")
            }
            What::MovedOut => lang::pick(lang, "Một hộ chuyển đi", "A household moved out"),
            What::Dissolved => lang::pick(lang, "Một hộ không còn", "A household ended"),
            What::Event(event) => kind(lang, event.kind),
            What::Stated(_) => lang::pick(lang, "Số liệu báo cáo", "Reported"),
            What::Closing(closing) => closed(lang, closing.act),
            What::ListOpened => lang::pick(lang, OPENED.0, OPENED.1),
            What::Voided { .. } => lang::pick(lang, "Hủy một dữ kiện", "A fact was voided"),
        };
        match (self.corrects, lang) {
            (false, _) => said.to_owned(),
            (true, Lang::Vi) => format!("Đính chính: {said}"),
            (true, Lang::En) => format!("Correction: {said}"),
        }
    }

    /// What happened, in a few words, without whom it happened to: for those who may see single
    /// households.
    pub fn summary(&self, lang: Lang) -> String {
        let said = what(lang, &self.what);
        match (self.corrects, lang) {
            (false, _) => said,
            (true, Lang::Vi) => format!("Đính chính: {said}"),
            (true, Lang::En) => format!("Correction: {said}"),
        }
    }
}

/// What is said of a list.
const OPENED: (&str, &str) = ("Lập danh sách hộ", "List of households opened");

/// What happened.
fn what(lang: Lang, what: &What) -> String {
    let pick = |vi: &str, en: &str| lang::pick(lang, vi, en).to_owned();
    let standing = |code: &str| labels::code(lang, "standing", code);
    let persons = |n: u16| match lang {
        Lang::Vi => format!("{n} nhân khẩu"),
        Lang::En => format!("{n} persons"),
    };
    match what {
        What::Registered(entry) => {
            let said = pick("Ghi sổ hộ", "Household registered");
            format!("{said}: {}, {}", standing(entry.standing.code()), persons(entry.persons))
        }
        What::MovedIn(entry) => {
            let said = pick("Hộ chuyển đến", "Household moved in");
            format!("{said}: {}, {}", standing(entry.standing.code()), persons(entry.persons))
        }
        What::Classified { from, to, cause, persons: heads, .. } => {
            let said = match cause {
                Cause::Review => pick("Rà soát", "Review"),
                Cause::Standard => pick("Chuẩn nghèo mới", "New poverty standard"),
            };
            let (from, to) = (standing(from.code()), standing(to.code()));
            format!("{said}: {from} → {to}, {}", persons(*heads))
        }
        What::Resized { persons: heads } => {
            format!("{}: {}", pick("Biến động nhân khẩu", "Size changed"), persons(*heads))
        }
        What::MovedWithin { from } => {
            let from = Gazetteer::embedded().name(*from, lang);
            format!("{} {from}", pick("Hộ chuyển từ", "Household moved from"))
        }
        What::MovedOut => pick("Hộ chuyển đi", "Household moved out"),
        What::Dissolved => pick("Hộ không còn", "Household ended"),
        What::Event(event) => self::event(lang, event),
        What::Stated(all) => stated(lang, all),
        What::Closing(closing) => {
            let level = labels::code(lang, "level", closing.level.code());
            let period = written::title(lang, &When::period(closing.period));
            format!("{}: {period}, {level}", closed(lang, closing.act))
        }
        What::Voided { .. } => pick("Hủy một dữ kiện", "A fact was voided"),
        What::ListOpened => pick(OPENED.0, OPENED.1),
    }
}

/// What was done with the figures of a period.
fn closed(lang: Lang, act: Act) -> &'static str {
    let (vi, en) = match act {
        Act::Closed => ("Chốt số liệu", "Figures closed"),
        Act::Reopened => ("Mở lại kỳ đã chốt", "Period reopened"),
        Act::Published => ("Công bố số liệu", "Figures published"),
    };
    lang::pick(lang, vi, en)
}

/// The name of a kind of event.
fn kind(lang: Lang, kind: EventKind) -> &'static str {
    let (vi, en) = match kind {
        EventKind::ExitRegistered => ("Đăng ký thoát nghèo", "Registered to exit poverty"),
        EventKind::HouseStarted => ("Khởi công nhà", "House started"),
        EventKind::HouseCompleted => ("Hoàn thành nhà", "House completed"),
        EventKind::LoanDisbursed => ("Giải ngân vay vốn", "Loan disbursed"),
        EventKind::SupportDelivered => ("Hỗ trợ", "Support delivered"),
        EventKind::ActivityHeld => ("Hoạt động", "Activity held"),
        EventKind::FundsAllocated => ("Phân bổ kinh phí", "Funds allocated"),
        EventKind::FundsWithdrawn => ("Thu hồi kinh phí", "Funds taken back"),
        EventKind::FundsDisbursed => ("Giải ngân kinh phí", "Funds disbursed"),
    };
    lang::pick(lang, vi, en)
}

fn event(lang: Lang, event: &Event) -> String {
    let attributes = event.kind.attributes().iter().zip(event.attributes);
    let mut said: Vec<String> = attributes
        .filter(|(attribute, _)| attribute.name != "counted_in")
        .filter_map(|(attribute, code)| {
            let code = *(attribute.codes)().get(usize::from(code))?;
            let tells = !matches!(code, "unspecified" | "none" | "regular");
            tells.then(|| labels::code(lang, attribute.name, code))
        })
        .take(3)
        .collect();
    if !event.single && event.households > 0 {
        let households = lang::whole(lang, i128::from(event.households));
        said.push(format!("{households} {}", lang::pick(lang, "hộ", "households")));
    }
    if event.amount > 0 {
        let amount = lang::whole(lang, i128::from(event.amount));
        said.push(format!("{amount} {}", lang::pick(lang, "đồng", "VND")));
    }
    let name = kind(lang, event.kind);
    if said.is_empty() { name.to_owned() } else { format!("{name}: {}", said.join(", ")) }
}

fn stated(lang: Lang, all: &[Stated]) -> String {
    let one = |stated: &Stated| {
        let value = lang::stated(lang, stated.value);
        format!("{} {value}", labels::indicator(lang, &stated.indicator))
    };
    let name = match all.first().map(|stated| stated.kind) {
        Some(StatedKind::Target) => lang::pick(lang, "Chỉ tiêu", "Target"),
        Some(StatedKind::External) => lang::pick(lang, "Số liệu báo cáo", "Reported"),
        Some(StatedKind::Census) | None => lang::pick(lang, "Số liệu dân cư", "Census"),
    };
    format!("{name}: {}", all.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// The latest facts of a journal.
#[derive(Debug)]
pub struct Recent {
    ring: Arc<RwLock<VecDeque<Fact>>>,
    newest: Arc<watch::Sender<u64>>,
    /// Owns the one who follows.
    following: Mutex<JoinSet<()>>,
}

impl Default for Recent {
    fn default() -> Recent {
        Recent {
            ring: Arc::default(),
            newest: Arc::new(watch::Sender::new(0)),
            following: Mutex::default(),
        }
    }
}

impl Recent {
    /// Follows a journal from its last few thousand records on, until dropped. Once: a second call
    /// does nothing.
    pub fn follow(&self, journal: &Journal) {
        let mut following = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        if following.is_empty() {
            let (journal, ring) = (journal.clone(), Arc::clone(&self.ring));
            let newest = Arc::clone(&self.newest);
            following.spawn(async move {
                loop {
                    if let Err(error) = follow(&journal, &ring, &newest).await {
                        tracing::warn!("recent facts are not followed for now: {error}");
                    }
                    tokio::time::sleep(AGAIN).await;
                }
            });
        }
    }

    /// The latest facts of a unit and those below it, the newest first.
    pub fn of(&self, atlas: &Atlas, unit: Unit, limit: usize) -> Vec<Fact> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let inside = |fact: &&Fact| atlas.holds(unit, fact.at);
        ring.iter().rev().filter(inside).take(limit).cloned().collect()
    }

    /// Waits until the facts up to this position have been seen.
    pub async fn seen(&self, position: u64) {
        // The sender is ours, so that it cannot be gone.
        let _ = self.newest.subscribe().wait_for(|newest| *newest >= position).await;
    }
}

async fn follow(
    journal: &Journal,
    ring: &RwLock<VecDeque<Fact>>,
    newest: &watch::Sender<u64>,
) -> journal::Result<()> {
    let seen = *newest.borrow();
    let end = journal.end().await?.0;
    let after = seen.max(end.saturating_sub(KEPT_MAX as u64));
    let mut tail = journal.tail(Position(after)).await?;
    loop {
        let block = tail.next(BATCH).await?;
        let facts: Vec<Fact> = block.records().filter_map(|one| Fact::read(&one)).collect();
        {
            let mut ring = ring.write().unwrap_or_else(PoisonError::into_inner);
            ring.extend(facts);
            let over = ring.len().saturating_sub(KEPT_MAX);
            ring.drain(..over);
        }
        newest.send_replace(block.last().0);
    }
}
