//! What hangs on what: from columns and statements to meters and gauges, as the rules wire them
//! once.

use domain::contribution;
use domain::time::Grain;
use hashbrown::HashMap;

use crate::depends::Reach;
use crate::gauge::{Gauge, Kind};
use crate::meter::Sign;
use crate::rack::Rack;
use crate::rule::Rules;
use crate::span::Span;

/// What hangs on what.
#[derive(Clone, Debug)]
pub(super) struct Wiring {
    /// By column, what a posting touches.
    pub(super) by_column: Vec<Vec<Touches>>,
    /// By indicator, which gauges a statement touches.
    pub(super) by_stated: HashMap<String, Vec<u16>>,
    /// By meter, the gauges that read it.
    pub(super) readers: Vec<Readers>,
}

/// What a posting to a column touches, where it reaches the same periods.
#[derive(Clone, Debug)]
pub(super) struct Touches {
    pub(super) grain: Grain,
    pub(super) reach: Reach,
    /// The meters that move, and which way.
    pub(super) meters: Vec<(u16, Sign)>,
    /// The gauges that are to be looked at.
    pub(super) gauges: Vec<u16>,
}

/// The gauges that read a meter.
#[derive(Clone, Debug, Default)]
pub(super) struct Readers {
    /// Those that look when a line is passed,
    pub(super) lines: Vec<u16>,
    /// and those that look whenever it moves.
    pub(super) meters: Vec<u16>,
}

impl Wiring {
    pub(super) fn new(
        of: &contribution::Rules,
        rules: &Rules,
        rack: &mut Rack,
        gauges: &[Gauge],
    ) -> Wiring {
        let readers = vec![Readers::default(); rack.meters.len()];
        let by_column = vec![Vec::new(); usize::from(of.plan.columns())];
        let mut wiring = Wiring { by_column, by_stated: HashMap::new(), readers };
        for (number, meter) in (0..).zip(&rack.meters) {
            for term in &meter.terms {
                let touches = wiring.touches(term.column.0, meter.grain, meter.reach);
                touches.meters.push((number, term.sign));
            }
        }
        for (number, gauge) in (0..).zip(gauges) {
            match &gauge.kind {
                Kind::Lines(lines) => {
                    wiring.readers[usize::from(lines.meter)].lines.push(number);
                    let meter = &mut rack.meters[usize::from(lines.meter)];
                    meter.still = meter.still.meet(lines.still());
                }
                Kind::Meters(own) => own.all().for_each(|meter| {
                    wiring.readers[usize::from(meter)].meters.push(number);
                }),
                Kind::Target(_) | Kind::Read => {}
            }
            let depends = gauge.depends(&of.plan, rack, &rules.list[usize::from(gauge.rules[0])]);
            for (column, reach) in depends.columns {
                wiring.touches(column.0, gauge.grain, reach).gauges.push(number);
            }
            for indicator in depends.stated {
                wiring.by_stated.entry(indicator).or_default().push(number);
            }
        }
        wiring
    }

    fn touches(&mut self, column: u16, grain: Grain, reach: Reach) -> &mut Touches {
        let all = &mut self.by_column[usize::from(column)];
        let same = |one: &Touches| (one.grain, one.reach) == (grain, reach);
        let at = all.iter().position(same).unwrap_or_else(|| {
            let (meters, gauges) = Default::default();
            all.push(Touches { grain, reach, meters, gauges });
            all.len() - 1
        });
        &mut all[at]
    }
}

impl Readers {
    /// The sums of a unit and period for which none has to look.
    pub(super) fn span(&self, gauges: &[Gauge], of: impl Fn(&Gauge) -> Option<Span>) -> Span {
        let spans = self.lines.iter().filter_map(|reader| of(&gauges[usize::from(*reader)]));
        spans.fold(Span::ALL, Span::meet)
    }
}
