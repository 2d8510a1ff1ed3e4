//! The atlas: what lies in what, and what became of divided communes.

use std::collections::{BTreeMap, BTreeSet};

use domain::atlas::{Generation, Level, Place, Unit};

use crate::{gazetteer, unit};

#[test]
fn every_place_lies_in_the_nation_and_in_one_new_province() {
    let atlas = &gazetteer().atlas;
    let nation = unit("VN");
    for index in 0..atlas.place_count() {
        let place = Place(index as u16);
        let closure = atlas.closure(place);
        assert_eq!(closure.iter().filter(|at| **at == nation).count(), 1);
        let provinces = closure.iter().filter(|at| {
            let record = atlas.record(**at);
            record.level == Level::Province && record.generation == Some(Generation::New)
        });
        let expected = usize::from(place != Place::from(nation));
        assert_eq!(provinces.count(), expected, "{}", gazetteer().path(atlas.unit_of(place)));
    }
}

#[test]
fn a_divided_commune_is_allocated_unless_its_part_is_named() {
    let atlas = &gazetteer().atlas;
    let mut heirs: BTreeMap<Unit, Vec<Unit>> = BTreeMap::new();
    for succession in gazetteer().successions() {
        heirs.entry(succession.old).or_default().push(succession.new);
    }
    let divided: Vec<_> = heirs
        .iter()
        .filter(|(old, new)| atlas.record(**old).level == Level::Commune && new.len() > 1)
        .collect();
    assert_eq!(divided.len(), 440);
    for (old, new) in divided {
        assert!(atlas.is_allocated((*old).into()), "{}", gazetteer().key(*old));
        for successor in new {
            let part = atlas.part(*old, *successor).unwrap();
            assert!(!atlas.is_allocated(part));
            assert!(atlas.holds(*successor, part) && atlas.holds(*old, part));
            for other in new.iter().filter(|other| *other != successor) {
                assert!(!atlas.holds(*other, part));
            }
        }
    }
}

#[test]
fn krong_pa_went_into_four_communes() {
    let atlas = &gazetteer().atlas;
    let district = unit("L-637");
    assert_eq!(atlas.children(district).len(), 14);
    let today: BTreeSet<&str> = atlas
        .children(district)
        .iter()
        .flat_map(|commune| atlas.closure((*commune).into()))
        .filter(|at| {
            let record = atlas.record(**at);
            record.level == Level::Commune && record.generation == Some(Generation::New)
        })
        .map(|at| gazetteer().key(*at))
        .collect();
    assert_eq!(today, BTreeSet::from(["N-24076", "N-24100", "N-24109", "N-24112"]));
}
