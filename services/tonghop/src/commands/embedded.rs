//! What this program carries.

use std::sync::Arc;

use domain::contribution::Rules;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;

/// The rules of this program.
pub(super) fn rules() -> Arc<Rules> {
    let atlas = Gazetteer::embedded().atlas.clone();
    Arc::new(Rules { atlas, plan: Catalogue::embedded().plan.clone() })
}
