//! What the tests of the contract share: an intake with a small catalogue, and the golden lines.

#![allow(dead_code, reason = "no test uses all of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use domain::plan::Plan;
use proto::gazetteer::Gazetteer;
use proto::intake::Intake;

/// Two indicators that facts may state.
const CATALOGUE: &str = r#"
[[indicator]]
id = "poverty_rate_reduction"
vi = "Mức giảm tỷ lệ hộ nghèo"
en = "Reduction of the poverty rate"
counted_in = "percentage_point"
combine = "own"
measure = "plan"

[[indicator]]
id = "income_per_head"
vi = "Thu nhập bình quân đầu người"
en = "Income per head"
counted_in = "vnd"
combine = "own"
measure = "external"
"#;

/// An intake on 21 November 2026.
pub(crate) fn intake() -> Intake<'static> {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    let plan = PLAN.get_or_init(|| Plan::compile(&toml::from_str(CATALOGUE).unwrap()).unwrap());
    let today = "2026-11-21".parse().unwrap();
    Intake { gazetteer: Gazetteer::embedded(), plan, today }
}

/// A folder of the contract.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Each file of golden facts, without its ending, with its lines.
pub(crate) fn golden() -> Vec<(PathBuf, Vec<String>)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder("golden"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ndjson"))
        .collect();
    files.sort();
    let lines =
        |path: &Path| fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect();
    files.iter().map(|path| (path.with_extension(""), lines(path))).collect()
}

/// Whether a golden line may still enter a journal: all but a loan of 10^15 đồng, which was taken
/// before amounts had bounds. It is read for ever.
pub(crate) fn is_plausible(line: &str) -> bool {
    !line.contains(r#""id":"E-0033""#)
}

/// Every golden line.
pub(crate) fn golden_lines() -> Vec<String> {
    golden().into_iter().flat_map(|(_, lines)| lines).collect()
}

/// Whether generated files are to be written anew instead of compared.
pub(crate) fn rewrite() -> bool {
    std::env::var_os("PROTO_REWRITE").is_some()
}
