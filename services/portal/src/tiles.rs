//! Where each unit's tile is: computed once for the gazetteer by `tiles/place_tiles.py`.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::atlas::Unit;
use proto::gazetteer::Gazetteer;

static TILES: &str = include_str!("../tiles/tiles.csv");

/// The tiles below one unit in one edition.
type Placed = HashMap<Unit, (u16, u16)>;

static BELOW: LazyLock<HashMap<Unit, Vec<Placed>>> = LazyLock::new(|| {
    let gazetteer = Gazetteer::embedded();
    let mut below: HashMap<Unit, HashMap<&str, Placed>> = HashMap::new();
    for row in TILES.lines().skip(1) {
        let mut fields = row.split(',');
        let mut next = || fields.next().unwrap_or_default();
        let (parent, edition, unit) = (gazetteer.unit(next()), next(), gazetteer.unit(next()));
        let place = (next().parse(), next().parse());
        if let (Some(parent), Some(unit), (Ok(column), Ok(line))) = (parent, unit, place) {
            below
                .entry(parent)
                .or_default()
                .entry(edition)
                .or_default()
                .insert(unit, (column, line));
        }
    }
    let sorted = |editions: HashMap<&str, Placed>| {
        let mut editions: Vec<_> = editions.into_iter().collect();
        editions.sort_by_key(|(edition, _)| std::cmp::Reverse(*edition));
        editions.into_iter().map(|(_, placed)| placed).collect()
    };
    below.into_iter().map(|(parent, editions)| (parent, sorted(editions))).collect()
});

/// Column and row of the tiles of these units below another: from the edition that places most of
/// them, the newest of equals. Units without a sure point have none.
pub(crate) fn below(parent: Unit, units: &[Unit]) -> Option<&'static HashMap<Unit, (u16, u16)>> {
    let placed = |edition: &&Placed| units.iter().filter(|unit| edition.contains_key(unit)).count();
    let editions = BELOW.get(&parent)?;
    let most = editions.iter().map(|edition| placed(&edition)).max().filter(|most| *most > 0)?;
    editions.iter().find(|edition| placed(edition) == most)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::atlas::Level;

    use super::*;

    #[test]
    fn every_line_names_units_below_its_parent_and_no_two_tiles_share_a_cell() {
        let atlas = &Gazetteer::embedded().atlas;
        let placed: usize = BELOW.values().flatten().map(HashMap::len).sum();
        assert_eq!(placed, TILES.lines().count() - 1, "a line was not read");
        for (parent, editions) in BELOW.iter() {
            for edition in editions {
                let cells: HashSet<_> = edition.values().collect();
                assert_eq!(cells.len(), edition.len(), "{}", atlas.record(*parent).key);
                for unit in edition.keys() {
                    assert_eq!(atlas.record(*unit).parent, Some(*parent));
                }
            }
        }
    }

    #[test]
    fn the_nation_its_provinces_and_their_units_have_tiles() {
        let gazetteer = Gazetteer::embedded();
        for (parent, level, expected) in [
            ("VN", Level::Province, 34),
            ("L-637", Level::Commune, 14),
            ("N-52", Level::Commune, 135),
            ("L-34", Level::District, 8),
        ] {
            let unit = gazetteer.unit(parent).unwrap();
            let children: Vec<Unit> = gazetteer
                .atlas
                .children(unit)
                .iter()
                .copied()
                .filter(|child| gazetteer.atlas.record(*child).level == level)
                .filter(|child| parent != "VN" || gazetteer.key(*child).starts_with("N-"))
                .collect();
            let tiles = below(unit, &children).map_or(0, HashMap::len);
            assert!(tiles.abs_diff(expected) <= 2, "{parent}: {tiles}");
        }
    }
}
