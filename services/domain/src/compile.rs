//! From the catalogue to the plan: numbers the columns, sorts the rules, and tells everything that
//! is wrong.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::bounds::Bounds;
use crate::catalogue::{Catalogue, Definition, Filter, Measure, Reference, Side, Sum};
use crate::codes::{Code, Standing, Trait};
use crate::fact::{ATTRIBUTES_MAX, EventKind, Traits};
use crate::household::{Head, MovementRow, movement_column};
use crate::plan::{
    CatalogueError, DistinctRule, EventRules, FlowRule, Indicator, Kept, LIST_COLUMN, Plan, Select,
    StockRule, standing_column,
};
use crate::posting::Column;
use crate::time::{Calendars, Grain};

impl Plan {
    /// Compiles a catalogue, or tells everything that is wrong with it.
    pub fn compile(catalogue: &Catalogue) -> Result<Plan, Vec<CatalogueError>> {
        let mut compiler = Compiler::default();
        for definition in &catalogue.indicator {
            if let Err(what) = compiler.add(definition) {
                compiler.errors.push(CatalogueError { indicator: definition.id.clone(), what });
            }
        }
        compiler.check_references();
        if compiler.errors.is_empty() { Ok(compiler.plan) } else { Err(compiler.errors) }
    }
}

struct Compiler {
    plan: Plan,
    errors: Vec<CatalogueError>,
}

impl Default for Compiler {
    fn default() -> Compiler {
        let standing = |standing: Standing, head| StockRule {
            column: standing_column(standing, head),
            head,
            standings: 1 << standing.index(),
            newly_escaped: false,
            traits: Traits::default(),
        };
        let stocks = Standing::ALL
            .iter()
            .flat_map(|one| [standing(*one, Head::Households), standing(*one, Head::Persons)])
            .collect();
        let plan = Plan {
            stocks,
            events: EventKind::ALL.map(no_rules).to_vec(),
            indicators: Vec::new(),
            index: BTreeMap::new(),
            columns: LIST_COLUMN.0 + 1,
            of_periods: Vec::new(),
            calendars: Calendars::default(),
            bounds: Bounds::default(),
            shapes: OnceLock::new(),
        };
        Compiler { plan, errors: Vec::new() }
    }
}

impl Compiler {
    fn add(&mut self, definition: &Definition) -> Result<(), String> {
        let id = &definition.id;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if id.is_empty() || !id.chars().all(plain) {
            return Err("an id is made of a-z, 0-9 and _".into());
        }
        let kept = match &definition.measure {
            Measure::Flow { of, less, sum, side, filter, by } => {
                let flow =
                    Flow { of: kinds(of)?, less: less_kinds(of, less)?, sum: *sum, side: *side };
                vec![self.flow(&flow, filter, by)?]
            }
            Measure::Distinct { of, filter, by, grains } => {
                self.distinct(&kinds(of)?, filter, by, grains)?
            }
            Measure::Stock { head, standing, traits } => vec![self.stock(*head, standing, traits)?],
            Measure::Movement { head, class, row } => vec![movement(*head, class, row)?],
            Measure::Balance { .. }
            | Measure::Reduction { .. }
            | Measure::Ratio { .. }
            | Measure::Communes { .. }
            | Measure::Codes { .. }
            | Measure::Census {}
            | Measure::External {}
            | Measure::ChildrenBehind { .. }
            | Measure::Plan {} => Vec::new(),
        };
        let indicator = Indicator { definition: definition.clone(), kept };
        self.plan.indicators.push(indicator);
        let at = self.plan.indicators.len() - 1;
        match self.plan.index.insert(id.clone(), at) {
            None => Ok(()),
            Some(_) => Err("the id is defined twice".into()),
        }
    }

    fn flow(&mut self, flow: &Flow, filter: &Filter, by: &[String]) -> Result<Kept, String> {
        let Flow { of, less, sum, side } = flow;
        let all = of.iter().map(|kind| (kind, false)).chain(less.iter().map(|kind| (kind, true)));
        let kept = self.block(of, by)?;
        for (kind, is_less) in all {
            if *side != Side::Both && !(kind.has_giver() && *sum == Sum::Amount) {
                return Err(format!(
                    "only the money of {} and {} has sides; leave `side` out",
                    EventKind::FundsAllocated.name(),
                    EventKind::FundsWithdrawn.name()
                ));
            }
            let select = select(*kind, filter, &kept)?;
            let rule = FlowRule { select, sum: *sum, side: *side, is_less };
            for rules in self.rules_for(*kind, &rule.select) {
                rules.flows.push(rule.clone());
            }
        }
        Ok(kept)
    }

    fn distinct(
        &mut self,
        kinds: &[EventKind],
        filter: &Filter,
        by: &[Vec<String>],
        grains: &[String],
    ) -> Result<Vec<Kept>, String> {
        let named = |name: &String| {
            Grain::named(name).ok_or_else(|| {
                let known: Vec<_> = Grain::ALL.iter().map(|grain| grain.name()).collect();
                format!("there is no grain \"{name}\"; known are {}", known.join(", "))
            })
        };
        let grains: Vec<Grain> = grains.iter().map(named).collect::<Result<_, _>>()?;
        let mut sets = vec![Vec::new()];
        sets.extend(by.iter().filter(|set| !set.is_empty()).cloned());
        let mut kept = Vec::new();
        for set in &sets {
            let block = self.block(kinds, set)?;
            for kind in kinds {
                let rule =
                    DistinctRule { select: select(*kind, filter, &block)?, grains: grains.clone() };
                for rules in self.rules_for(*kind, &rule.select) {
                    rules.distincts.push(rule.clone());
                }
            }
            self.plan.of_periods.push(block.base.0..block.base.0 + block.len());
            kept.push(block);
        }
        Ok(kept)
    }

    /// The rules of a kind whose first attribute's code passes the filter.
    fn rules_for(
        &mut self,
        kind: EventKind,
        select: &Select,
    ) -> impl Iterator<Item = &mut EventRules> {
        let first = select.filter[0];
        let passes = move |(code, _): &(usize, &mut EventRules)| first >> code & 1 == 1;
        self.plan.events[kind as usize]
            .iter_mut()
            .enumerate()
            .filter(passes)
            .map(|(_, rules)| rules)
    }

    fn stock(
        &mut self,
        head: Head,
        standing: &[String],
        traits: &[String],
    ) -> Result<Kept, String> {
        let mut rule = StockRule {
            column: Column(0),
            head,
            standings: 0,
            newly_escaped: false,
            traits: Traits::default(),
        };
        for name in standing {
            match Standing::of(name) {
                Some(one) => rule.standings |= 1 << one.index(),
                None if name == "newly_escaped" => rule.newly_escaped = true,
                None => {
                    return Err(format!(
                        "there is no standing \"{name}\"; known are poor, near_poor, above, newly_escaped"
                    ));
                }
            }
        }
        let of = |name: &String| {
            Trait::of(name).ok_or_else(|| {
                unknown("trait", name, &Trait::ALL.iter().map(|one| one.code()).collect::<Vec<_>>())
            })
        };
        rule.traits = traits.iter().map(of).collect::<Result<_, _>>()?;
        // The stock of one standing is there already.
        let same = self.plan.stocks.iter().find(|one| {
            one.head == rule.head
                && one.standings == rule.standings
                && one.newly_escaped == rule.newly_escaped
                && one.traits == rule.traits
        });
        if let Some(same) = same {
            return Ok(Kept { base: same.column, by: Vec::new() });
        }
        rule.column = Column(self.take(1)?);
        self.plan.stocks.push(rule);
        Ok(Kept { base: rule.column, by: Vec::new() })
    }

    fn block(&mut self, kinds: &[EventKind], by: &[String]) -> Result<Kept, String> {
        let attribute = |name: &String| {
            let found = kinds[0].attributes().iter().find(|a| a.name == name);
            found.map(|a| (a.name, (a.codes)())).ok_or_else(|| no_attribute(kinds[0], name))
        };
        let by: Vec<_> = by.iter().map(attribute).collect::<Result<_, _>>()?;
        let size =
            by.iter().try_fold(1u16, |size, (_, codes)| size.checked_mul(codes.len() as u16));
        let base =
            self.take(size.ok_or("it has more than 65,535 combinations; break it down by less")?)?;
        Ok(Kept { base: Column(base), by })
    }

    fn take(&mut self, columns: u16) -> Result<u16, String> {
        let base = self.plan.columns;
        self.plan.columns =
            base.checked_add(columns).ok_or("the catalogue has more than 65,535 columns")?;
        Ok(base)
    }

    fn check_references(&mut self) {
        for indicator in &self.plan.indicators {
            let definition = &indicator.definition;
            let referred: Vec<&Reference> = match &definition.measure {
                Measure::Ratio { numerator, denominator } => vec![numerator, denominator],
                Measure::Balance { of, less } => vec![of, less],
                Measure::Reduction { of }
                | Measure::Communes { of }
                | Measure::Codes { of, .. } => vec![of],
                Measure::ChildrenBehind { target } => {
                    if !self.plan.index.contains_key(target) {
                        let what = format!("it refers to \"{target}\", which is not defined");
                        self.errors.push(CatalogueError { indicator: definition.id.clone(), what });
                    }
                    Vec::new()
                }
                Measure::Flow { .. }
                | Measure::Distinct { .. }
                | Measure::Stock { .. }
                | Measure::Movement { .. }
                | Measure::Census {}
                | Measure::External {}
                | Measure::Plan {} => Vec::new(),
            };
            for reference in referred {
                if !self.plan.index.contains_key(&reference.indicator) {
                    let what =
                        format!("it refers to \"{}\", which is not defined", reference.indicator);
                    self.errors.push(CatalogueError { indicator: definition.id.clone(), what });
                }
            }
        }
    }
}

/// No rule yet, for each code of a kind's first attribute.
fn no_rules(kind: EventKind) -> Vec<EventRules> {
    vec![EventRules::default(); (kind.attributes()[0].codes)().len()]
}

/// A flow, its kinds of events known.
struct Flow {
    of: Vec<EventKind>,
    less: Vec<EventKind>,
    sum: Sum,
    side: Side,
}

/// The kinds that a flow takes away; none of them does it add.
fn less_kinds(of: &[String], less: &[String]) -> Result<Vec<EventKind>, String> {
    if less.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(both) = less.iter().find(|name| of.contains(name)) {
        return Err(format!("\"{both}\" is added and taken away: it would count nothing"));
    }
    kinds(less)
}

fn kinds(names: &[String]) -> Result<Vec<EventKind>, String> {
    let kind = |name: &String| {
        EventKind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| unknown("kind of event", name, &EventKind::ALL.map(EventKind::name)))
    };
    let kinds: Vec<EventKind> = names.iter().map(kind).collect::<Result<_, _>>()?;
    if (1..kinds.len()).any(|at| kinds[..at].contains(&kinds[at])) {
        return Err("`of` names a kind of event twice: it would count twice".into());
    }
    if kinds.is_empty() { Err("`of` names no kind of event".into()) } else { Ok(kinds) }
}

fn select(kind: EventKind, filter: &Filter, kept: &Kept) -> Result<Select, String> {
    let attributes = kind.attributes();
    let position = |name: &str| {
        attributes.iter().position(|a| a.name == name).ok_or_else(|| no_attribute(kind, name))
    };
    let mut masks = [u64::MAX; ATTRIBUTES_MAX];
    for (mask, attribute) in masks.iter_mut().zip(attributes) {
        *mask = u64::MAX >> (64 - (attribute.codes)().len());
    }
    for (name, allowed) in filter {
        let at = position(name)?;
        let codes = (attributes[at].codes)();
        masks[at] = 0;
        for one in allowed {
            let code = codes.iter().position(|code| code == one);
            masks[at] |= 1 << code.ok_or_else(|| unknown(name, one, &codes))?;
        }
    }
    let mut strides = Vec::new();
    let mut stride = 1;
    for (name, codes) in kept.by.iter().rev() {
        strides.push((position(name)?, stride));
        stride *= codes.len() as u16;
    }
    Ok(Select { filter: masks, base: kept.base.0, strides })
}

fn movement(head: Head, class: &str, row: &str) -> Result<Kept, String> {
    let class = Standing::of(class)
        .filter(|class| *class != Standing::Above)
        .ok_or("the class of a movement is poor or near_poor")?;
    let row = MovementRow::ALL
        .into_iter()
        .find(|one| one.code() == row)
        .ok_or_else(|| unknown("row", row, &MovementRow::ALL.map(MovementRow::code)))?;
    Ok(Kept { base: movement_column(row, class, head), by: Vec::new() })
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    format!("there is no {what} \"{name}\"; known are {}", known.join(", "))
}

fn no_attribute(kind: EventKind, name: &str) -> String {
    let known: Vec<_> = kind.attributes().iter().map(|a| a.name).collect();
    format!("{} has no attribute \"{name}\"; it has {}", kind.name(), known.join(", "))
}
