//! Keys looked up by their digits: the fold reads one for every fact.

use domain::atlas::Unit;

/// Units by generation and official code.
#[derive(Clone, Debug)]
pub(super) struct Codes(Vec<Option<Unit>>);

/// Codes of provinces, districts and communes have two, three and five digits.
const OF_GENERATION: usize = 100 + 1_000 + 100_000;

impl Codes {
    pub(super) fn new(keys: impl Iterator<Item = (&'static str, Unit)>) -> Codes {
        let mut units = vec![None; 3 * OF_GENERATION];
        for (key, unit) in keys {
            if let Some(place) = place(key) {
                units[place] = Some(unit);
            }
        }
        Codes(units)
    }

    /// The unit with exactly this key; none for the nation, which has no code.
    pub(super) fn unit(&self, key: &str) -> Option<Unit> {
        self.0[place(key)?]
    }
}

fn place(key: &str) -> Option<usize> {
    let (letter, digits) = match key.as_bytes() {
        [letter, b'-', digits @ ..] => (letter, digits),
        _ => return None,
    };
    let generation = match letter {
        b'E' => 0,
        b'L' => 1,
        b'N' => 2,
        _ => return None,
    };
    let before = match digits.len() {
        2 => 0,
        3 => 100,
        5 => 1_100,
        _ => return None,
    };
    let number = digits.iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + usize::from(digit - b'0'))
    })?;
    Some(generation * OF_GENERATION + before + number)
}

#[cfg(test)]
mod tests {
    use crate::gazetteer::Gazetteer;

    #[test]
    fn every_key_is_found_and_nothing_else() {
        let gazetteer = Gazetteer::embedded();
        for unit in gazetteer.atlas.units() {
            let key = gazetteer.key(unit);
            assert_eq!(gazetteer.unit(key), Some(unit), "{key}");
            if key != "VN" {
                assert_eq!(gazetteer.codes.unit(key), Some(unit), "{key}");
            }
        }
        for key in ["", "L", "L-", "L-6", "L-6370", "L-637 ", "X-637", "L-63x", "L-99999", "L637"] {
            assert_eq!(gazetteer.unit(key), None, "{key}");
        }
    }
}
