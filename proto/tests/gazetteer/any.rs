//! Any input: nothing panics.

use std::collections::HashSet;

use domain::atlas::Generation;
use domain::time::Day;
use proptest::prelude::*;
use proto::gazetteer::UnitRef;

use crate::gazetteer;

fn any_reference() -> impl Strategy<Value = UnitRef> {
    let edition = prop_oneof![
        Just(None),
        Just(Some(Generation::Earlier)),
        Just(Some(Generation::Legacy)),
        Just(Some(Generation::New)),
    ];
    // Letters that the forms treat in their own way, and any text at all.
    let text =
        prop_oneof!["[ '’.,\\-aàyiqquuđÐ0-9TPXx\u{301}\u{323}]{0,12}", ".*", "[ELN]-[0-9]{2,5}"];
    (text.clone(), text.clone(), text, edition, 0..4u8).prop_map(|(a, b, c, edition, shape)| {
        match shape {
            0 => UnitRef::parse(&a),
            1 => UnitRef::Key(a),
            2 => UnitRef::Code { code: a, edition, name: Some(b) },
            _ => UnitRef::Name { name: a, parents: vec![b, c], edition, level: None },
        }
    })
}

proptest! {
    #[test]
    fn resolving_never_panics(reference in any_reference(), on in any::<Option<u16>>()) {
        if let Err(unresolved) = gazetteer().resolve(&reference, on.map(Day)) {
            let reasons = HashSet::from([
                "unit_missing", "unit_name_too_long", "control_character", "foreign_script",
                "unit_unknown", "unit_ambiguous", "unit_name_disagrees", "unit_not_in_force",
            ]);
            prop_assert!(reasons.contains(unresolved.reason()));
            prop_assert!(!unresolved.to_string().is_empty());
        }
    }

    #[test]
    fn searching_never_panics(text in prop_oneof![".*", "[ '’.,a-zđ]{0,8}"]) {
        prop_assert!(gazetteer().search(&text, 5).len() <= 5);
    }
}
