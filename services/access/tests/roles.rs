//! What each role may do, as a table.

use access::{Role, Who};
use domain::atlas::Unit;
use proto::gazetteer::Gazetteer;

fn unit(key: &str) -> Unit {
    Gazetteer::embedded().unit(key).expect("the gazetteer has it")
}

#[test]
fn every_role_may_do_what_the_table_says() {
    let officer = |key| Role::Officer { of: unit(key) };
    let nation = Role::Officer { of: unit(nation()) };
    // role, unit, writes, sees households, sees operations
    let table = [
        (Role::Public, "L-637", false, false, false),
        (Role::Auditor, "L-637", false, true, true),
        (Role::Operator, "L-637", false, false, true),
        (Role::Open, "L-637", true, true, true),
        (officer("L-637"), "L-637", true, true, false),
        // A commune of the district.
        (officer("L-637"), "L-24076", true, true, false),
        // The neighbouring district, and the province above.
        (officer("L-637"), "L-638", false, false, false),
        (officer("L-637"), "L-64", false, false, false),
        // The commune of today that took the old ones over: not the old district's.
        (officer("L-637"), "N-24112", false, false, false),
        // Whoever has today's commune has the old ones it was made of.
        (officer("N-24076"), "L-24076", true, true, false),
        (officer("N-24076"), "L-637", false, false, false),
        (officer("L-64"), "L-637", true, true, false),
        (nation, "L-637", true, true, false),
        (nation, "N-24112", true, true, false),
    ];
    let atlas = &Gazetteer::embedded().atlas;
    for (role, key, writes, households, operations) in table {
        let who = Who { name: "x".to_owned(), role };
        let found = (
            who.may_write(atlas, unit(key)),
            who.may_see_households(atlas, unit(key)),
            who.may_see_operations(),
        );
        assert_eq!(found, (writes, households, operations), "{role:?} in {key}");
        let at_place = who.may_see_households_at(atlas, unit(key).into());
        assert_eq!(at_place, households, "{role:?} at {key}");
        let writer = matches!(role, Role::Officer { .. } | Role::Open);
        assert_eq!(who.may_write_something(), writer, "{role:?}");
    }
}

#[test]
fn a_webhook_is_its_owners_and_the_operators() {
    let officer = Role::Officer { of: unit("L-637") };
    // role, may have one, sees one's own, sees another's
    for (role, has, own, others) in [
        (Role::Public, false, false, false),
        (Role::Auditor, false, false, false),
        (officer, true, true, false),
        (Role::Operator, true, true, true),
        (Role::Open, true, true, true),
    ] {
        let who = Who { name: "x".to_owned(), role };
        let found =
            (who.may_subscribe(), who.may_keep_webhook_of("x"), who.may_keep_webhook_of("y"));
        assert_eq!(found, (has, own, others), "{role:?}");
    }
}

/// The key of the nation in the generation that units of today have.
fn nation() -> &'static str {
    let gazetteer = Gazetteer::embedded();
    let top = gazetteer.atlas.ancestry(unit("N-24112")).last().expect("a unit holds itself");
    gazetteer.key(top)
}
