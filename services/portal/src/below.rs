//! The units below one: those it had then, or the units of today that hold it.

use domain::atlas::Unit;
use domain::disclosure::Disclosure;
use domain::figures::Reader;
use domain::fold::Fold;
use query::{Body, Boundaries, FiguresQuery, Query, When};

use crate::App;

/// A unit of a list below another, and whether it also holds other places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Below {
    pub(crate) unit: Unit,
    pub(crate) wider: bool,
}

/// The units below one at the end of a time, in the gazetteer's order.
pub(crate) fn below(
    app: &App,
    fold: &Fold,
    unit: Unit,
    when: &When,
    boundaries: Boundaries,
) -> Vec<Below> {
    match (boundaries, when.time()) {
        (_, Err(_)) => Vec::new(),
        (Boundaries::Own, Ok(time)) => {
            // Of a unit that is no more, those it had at its end.
            let on = (*time.days().end()).min(app.rules.atlas.record(unit).to);
            let children = Reader::from(fold).children_in_force(unit, on);
            children.into_iter().map(|unit| Below { unit, wider: false }).collect()
        }
        (Boundaries::Current, Ok(_)) => holders(app, fold, unit, when),
    }
}

fn holders(app: &App, fold: &Fold, unit: Unit, when: &When) -> Vec<Below> {
    let query = Query::Figures(FiguresQuery {
        unit: app.gazetteer.key(unit).to_owned(),
        when: when.clone(),
        indicators: vec!["poor_households".to_owned()],
        by: Vec::new(),
        children: false,
        boundaries: Boundaries::Current,
        books_only: true,
    });
    match query::answer(fold, Disclosure::EVERYTHING, 0, &app.editions, &query)
        .map(|answer| answer.body)
    {
        Ok(Body::Figures { figures, .. }) => figures
            .iter()
            .filter_map(|line| {
                let wider = line.marks.iter().any(|mark| mark == query::WIDER);
                app.gazetteer.unit(&line.unit).map(|unit| Below { unit, wider })
            })
            // A unit of today holds itself: it is not below itself.
            .filter(|below| below.unit != unit)
            .collect(),
        Ok(_) | Err(_) => Vec::new(),
    }
}
