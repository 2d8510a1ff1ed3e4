//! The 14 communes, and how a total of the district is spread over them.

use serde::Deserialize;

/// One commune; see `scenario/communes.toml` for what is published and what is modelled.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Commune {
    pub(super) unit: String,
    #[expect(dead_code, reason = "for the reader of the file")]
    name: String,
    pub(super) population: u64,
    pub(super) households: u64,
    pub(super) poor: u64,
    pub(super) near_poor: u64,
    pub(super) newly_escaped: u64,
    pub(super) target_december: u64,
    pub(super) target_march: u64,
    pub(super) target_may: u64,
    pub(super) adjusted: bool,
}

impl Commune {
    /// The newest target the commune has taken over.
    pub(super) fn target(&self) -> u64 {
        if self.adjusted { self.target_may } else { self.target_march }
    }
}

/// All of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Communes {
    pub(super) commune: Vec<Commune>,
}

/// What a total is spread over communes by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Over {
    /// Not at all: the district itself.
    District,
    Population,
    /// The population of the 13 xã, without the town.
    Rural,
    Poor,
    NearPoor,
}

/// The district's town.
const TOWN: &str = "L-24076";

impl Communes {
    pub(super) fn read() -> Communes {
        toml::from_str(include_str!("../../scenario/communes.toml")).unwrap_or_else(|error| {
            panic!("the scenario's communes are checked by tests: {}", error.message())
        })
    }

    /// Each commune's weight.
    pub(super) fn weights(&self, over: Over) -> Vec<u64> {
        let weight = |one: &Commune| match over {
            Over::District => 0,
            Over::Population => one.population,
            Over::Rural if one.unit == TOWN => 0,
            Over::Rural => one.population,
            Over::Poor => one.poor,
            Over::NearPoor => one.near_poor,
        };
        self.commune.iter().map(weight).collect()
    }

    /// A total over the communes.
    pub(super) fn spread(&self, total: u64, over: Over) -> Vec<u64> {
        spread(total, &self.weights(over))
    }
}

/// Shares of a total by weights, whole and summing to it: largest remainders, the first among
/// equals. Nothing is spread over nothing.
pub(super) fn spread(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    if sum == 0 {
        assert!(total == 0, "a total needs something to be spread over");
        return vec![0; weights.len()];
    }
    let product = |weight: &u64| u128::from(total) * u128::from(*weight);
    let mut shares: Vec<u64> = weights.iter().map(|w| (product(w) / sum) as u64).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(product(&weights[*at]) % sum));
    let rest = total - shares.iter().sum::<u64>();
    for at in order.into_iter().take(rest as usize) {
        shares[at] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_the_total() {
        let table: [(u64, &[u64], &[u64]); 5] = [
            (10, &[1, 1, 1], &[4, 3, 3]),
            (1, &[1, 2, 2], &[0, 1, 0]),
            (94_000_000, &[16], &[94_000_000]),
            (0, &[0, 0], &[0, 0]),
            (7, &[0, 5, 0], &[0, 7, 0]),
        ];
        for (total, weights, shares) in table {
            assert_eq!(spread(total, weights), shares, "{total} over {weights:?}");
        }
    }

    #[test]
    fn the_communes_sum_to_what_is_published_or_inferred() {
        let Communes { commune } = Communes::read();
        let sum = |of: fn(&Commune) -> u64| commune.iter().map(of).sum::<u64>();
        assert_eq!(commune.len(), 14);
        assert_eq!(sum(|one| one.population), 90_330);
        assert_eq!(sum(|one| one.poor), 2_342);
        assert_eq!(sum(|one| one.near_poor), 2_837);
        assert_eq!(sum(|one| one.newly_escaped), 1_873);
        assert_eq!(sum(|one| one.households), 19_076);
        assert_eq!(sum(|one| one.target_december), 564);
        assert_eq!(sum(|one| one.target_march), 625);
        assert_eq!(sum(|one| one.target_may), 702);
        assert_eq!(sum(Commune::target), 677);
        assert_eq!(commune.iter().filter(|one| !one.adjusted).count(), 4);
    }
}
