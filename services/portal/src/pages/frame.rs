//! What is around every page: head, navigation, control bar, live state, foot.

use access::Role;
use domain::figures::Time;
use domain::time::Calendar;
use proto::gazetteer::Lang;
use query::Boundaries;

use super::ask::Ask;
use super::text::{self, Texts, fill};
use super::time::{self, FIRST_YEAR};
use super::view::View;
use super::{number, own};
use crate::{App, assets};

/// An address with its name.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) current: bool,
}

/// A choice of periods.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) name: String,
    pub(crate) chosen: bool,
}

/// The choices of one year.
#[derive(Clone, Debug)]
pub(crate) struct Year {
    pub(crate) name: String,
    pub(crate) choices: Vec<Choice>,
}

/// The control bar: one form, every state of it an address.
#[derive(Clone, Debug)]
pub(crate) struct Control {
    pub(crate) action: String,
    pub(crate) crumbs: Vec<Link>,
    /// Days that no named period has, when such are shown.
    pub(crate) days: Option<(String, String)>,
    pub(crate) days_name: String,
    pub(crate) years: Vec<Year>,
    pub(crate) civil: bool,
    pub(crate) current: bool,
    /// Parameters that the form keeps.
    pub(crate) hidden: Vec<(String, String)>,
}

/// What stands on paper above the page.
#[derive(Clone, Debug)]
pub(crate) struct Paper {
    pub(crate) above: String,
    pub(crate) committee: String,
    pub(crate) stamp: String,
}

/// What is around a page.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) t: &'static Texts,
    pub(crate) code: &'static str,
    /// Of the window.
    pub(crate) title: String,
    /// The one first heading.
    pub(crate) heading: String,
    pub(crate) home: String,
    pub(crate) nav: Vec<Link>,
    pub(crate) control: Option<Control>,
    pub(crate) other_language: String,
    pub(crate) css: String,
    pub(crate) js: String,
    pub(crate) icon: String,
    pub(crate) live: bool,
    /// What tells that a live page has something new; empty: the page's own live topic.
    pub(crate) feed: String,
    pub(crate) position: String,
    pub(crate) at: String,
    pub(crate) foot: String,
    /// Who is signed in.
    pub(crate) user: Option<String>,
    pub(crate) csrf: String,
    /// Where they turn two-step sign-in on and off.
    pub(crate) two_step: Option<String>,
    pub(crate) sign_in: String,
    pub(crate) wide: bool,
    pub(crate) paper: Option<Paper>,
    /// The sentence that is read out when it changes.
    pub(crate) say: String,
    pub(crate) search: String,
    /// For those who may see how the machine runs.
    pub(crate) operations: Option<Link>,
    pub(crate) published: String,
    /// Whether the facts are invented.
    pub(crate) is_demonstration: bool,
}

impl Frame {
    /// Who sees the keys of households' facts on this page, and whether that is recorded.
    pub(crate) fn keys_note(&self) -> &'static str {
        if self.is_demonstration { self.t.keys_open } else { self.t.keys_recorded }
    }

    /// Around a page that is about no unit.
    pub(crate) fn plain(app: &App, ask: &Ask, heading: &str) -> Frame {
        let t = text::of(ask.lang);
        let progress = app.handle.progress();
        Frame::around(app, ask, t, heading, progress.position)
    }

    /// The same while the fold is being read, as of its position.
    pub(crate) fn around(
        app: &App,
        ask: &Ask,
        t: &'static Texts,
        heading: &str,
        position: u64,
    ) -> Frame {
        let (today, time) = time::now();
        let position = number::whole(ask.lang, i128::from(position));
        let journal = app.journal.identity().0.to_string();
        let at = format!("{time} {}", number::day(ask.lang, today));
        let link = |path: &str, name: &str| Link {
            href: ask.href(path, &[]),
            name: name.to_owned(),
            current: ask.path == path,
        };
        let user = match ask.who.role {
            Role::Public => None,
            Role::Officer { .. } | Role::Auditor | Role::Operator | Role::Open => {
                Some(ask.who.name.clone())
            }
        };
        let operations = ask.who.may_see_operations().then(|| link("/operations", t.operations));
        let nav = [
            link("/", t.overview),
            link("/search", t.search_title),
            link("/milestones", t.milestones),
            link("/published", t.published),
        ];
        Frame {
            t,
            code: match ask.lang {
                Lang::Vi => "vi",
                Lang::En => "en",
            },
            title: format!("{heading} · Tổng Hợp"),
            heading: heading.to_owned(),
            home: ask.href("/", &[]),
            nav: nav.into_iter().chain(operations.clone()).collect(),
            control: None,
            other_language: ask.in_language(t.other_lang_code),
            css: assets::address("portal.css"),
            js: assets::address("portal.js"),
            icon: assets::address("icon.svg"),
            live: false,
            feed: String::new(),
            foot: fill(t.foot, &[&journal, &position, &at]),
            position,
            at,
            user,
            csrf: ask.csrf.clone(),
            two_step: own::two_step(app, ask),
            sign_in: ask.href("/sign-in", &[("next", Some(&ask.path))]),
            wide: false,
            paper: None,
            say: String::new(),
            search: ask.href("/search", &[]),
            operations,
            published: ask.href("/published", &[]),
            is_demonstration: app.is_demonstration,
        }
    }

    /// Around a page of a unit. `page` is the end of its address: `` for the overview, `/map`.
    pub(crate) fn of_unit(view: &View<'_>, page: &str, heading: &str) -> Frame {
        let t = view.t;
        let mut frame = Frame::around(view.app, view.ask, t, heading, view.position);
        let link = |end: &str, name: &str| Link {
            href: view.href(view.unit, end),
            name: name.to_owned(),
            current: end == page,
        };
        frame.title = format!("{heading}, {} · Tổng Hợp", view.title().to_lowercase());
        frame.nav = vec![
            link("", t.overview),
            link("/map", t.map),
            link("/movements", t.movements),
            link("/i", t.indicators),
            link("/compare", t.compare),
            link("/findings", t.findings),
            link("/closings", t.closings),
            Link {
                href: view.ask.href("/milestones", &[("unit", Some(view.key(view.unit)))]),
                name: t.milestones.to_owned(),
                current: false,
            },
        ];
        frame.nav.extend(frame.operations.clone());
        frame.control = Some(control(view));
        frame.live = true;
        frame.paper = Some(paper(view, &frame));
        frame
    }
}

fn control(view: &View<'_>) -> Control {
    let atlas = &view.app.rules.atlas;
    let mut crumbs: Vec<Link> = atlas
        .ancestry(view.unit)
        .map(|unit| Link {
            href: view.href(unit, ""),
            name: view.short(unit).to_owned(),
            current: unit == view.unit,
        })
        .collect();
    crumbs.reverse();
    let days = match view.time {
        Time::Period(_) => None,
        Time::Days(from, to) => Some((from.to_string(), to.to_string())),
    };
    let kept = ["lang", "indicator", "class"];
    let hidden = view.ask.query.iter().filter(|(name, _)| kept.contains(&name.as_str()));
    Control {
        action: view.ask.path.clone(),
        crumbs,
        days_name: view.title(),
        days,
        years: years(view),
        civil: time::calendar(view.time) == Calendar::Civil,
        current: view.boundaries == Boundaries::Current,
        hidden: hidden.cloned().collect(),
    }
}

/// The periods that can be chosen, the newest year first.
fn years(view: &View<'_>) -> Vec<Year> {
    let calendar = match time::calendar(view.time) {
        Calendar::Civil => "civil",
        Calendar::Administrative | Calendar::Programme => "administrative",
    };
    let shown = view.days().1.ymd().0;
    let last = time::now().0.ymd().0.max(shown).max(FIRST_YEAR);
    let choice = |text: String| {
        let period = text.parse().ok()?;
        let time = Time::Period(period);
        // The calendar chosen beside it says up to which day a period goes.
        let title = time::title(view.lang, time);
        let name = title.split(" (").next().unwrap_or(&title).to_owned();
        Some(Choice { name, value: text, chosen: time == view.time })
    };
    let mut years: Vec<Year> = (FIRST_YEAR..=last)
        .rev()
        .map(|year| {
            let whole = ["", "-H1", "-H2", "-9M", "-Q1", "-Q2", "-Q3", "-Q4"];
            let parts = whole.map(|part| format!("{year}{part}@{calendar}"));
            let months = (1..=12).map(|month| format!("{year}-{month:02}@{calendar}"));
            Year {
                name: year.to_string(),
                choices: parts.into_iter().chain(months).filter_map(choice).collect(),
            }
        })
        .collect();
    let terms = ["2021-2025@programme", "2026-2030@programme"];
    let terms = terms.into_iter().filter_map(|term| choice(term.to_owned())).collect();
    years.push(Year { name: "2021–2030".to_owned(), choices: terms });
    years
}

fn paper(view: &View<'_>, frame: &Frame) -> Paper {
    let atlas = &view.app.rules.atlas;
    // Decree 30/2020: the body above stands over the one that issues, unless that is a province's.
    let parent = atlas.record(view.unit).parent.filter(|unit| view.key(*unit) != "VN");
    let above = parent.map_or_else(String::new, |unit| {
        format!("{} {}", view.t.committee, view.name(unit).to_uppercase())
    });
    let (from, to) = view.days();
    let stamp = [
        format!("{} ({})", view.name(view.unit), view.key(view.unit)),
        view.title(),
        format!("{} – {}", number::day(view.lang, from), number::day(view.lang, to)),
        frame.foot.clone(),
    ];
    Paper {
        above,
        committee: format!("{} {}", view.t.committee, view.name(view.unit).to_uppercase()),
        stamp: stamp.join(" · "),
    }
}
