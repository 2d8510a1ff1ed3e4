//! How long it takes to answer 100 communes x 20 indicators from a data folder: `ask DIR`.

#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use domain::atlas::Level;
use domain::catalogue::Filter;
use domain::contribution::Rules;
use domain::figures::{Question, Reader, Time};
use domain::time::Period;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;
use store::{Expect, Opened, Store};

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("give a data folder")?;
    let (gazetteer, catalogue) = (Gazetteer::embedded(), Catalogue::embedded());
    let rules = Arc::new(Rules { atlas: gazetteer.atlas.clone(), plan: catalogue.plan.clone() });
    let editions = store::Editions {
        gazetteer: gazetteer.hash().to_owned(),
        catalogue: catalogue.hash().to_owned(),
        shard: "whole".to_owned(),
        milestones: milestones::Rules::embedded().edition(),
    };
    let expect = Expect { journal: None, editions };
    let path = std::path::Path::new(&folder);
    let begun = Instant::now();
    let Opened::Loaded(loaded) = Store::open(path, expect, rules, Duration::from_secs(5))? else {
        bail!("{folder} holds no rows that can be used");
    };
    println!("opened and checked in {:?}", begun.elapsed());
    let reader = Reader::from(&loaded.fold);
    let period: Period = "2023-H1@administrative".parse()?;
    let communes: Vec<_> = gazetteer
        .atlas
        .units()
        .filter(|unit| gazetteer.atlas.record(*unit).level == Level::Commune)
        .filter(|unit| !gazetteer.atlas.places(*unit).is_empty())
        .step_by(40)
        .take(100)
        .collect();
    let indicators: Vec<_> = catalogue.plan.indicators().iter().step_by(7).take(20).collect();
    for round in 1..=5 {
        let begun = Instant::now();
        let mut told = 0;
        for unit in &communes {
            for indicator in &indicators {
                let indicator = indicator.definition.id.as_str();
                let time = Time::Period(period);
                let question = Question { unit: *unit, indicator, filter: Filter::new(), time };
                told += usize::from(reader.figure(&question).as_whole().is_some());
            }
        }
        println!("round {round}: {:?} for {told} whole figures", begun.elapsed());
    }
    Ok(())
}
