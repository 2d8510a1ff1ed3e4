//! Rounding, once, when a figure is shown.

/// `numerator / denominator` in units of `10^-places`, rounded half away from zero.
///
/// # Panics
/// When the denominator is zero.
pub fn rounded(numerator: i128, denominator: i128, places: u32) -> i128 {
    let scaled = numerator * 10i128.pow(places);
    let (scaled, denominator) =
        if denominator < 0 { (-scaled, -denominator) } else { (scaled, denominator) };
    let half = denominator / 2;
    if scaled >= 0 { (scaled + half) / denominator } else { -((-scaled + half) / denominator) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_away_from_zero() {
        let table = [
            (269 * 100, 2342, 1, 115),       // 11,4859 %
            (87_394 * 100, 90_330, 2, 9675), // 96,7497 %
            (1, 2, 0, 1),
            (-1, 2, 0, -1),
            (1, -2, 0, -1),
            (1, 3, 2, 33),
            (2, 3, 2, 67),
            (0, 7, 2, 0),
        ];
        for (numerator, denominator, places, expected) in table {
            assert_eq!(
                rounded(numerator, denominator, places),
                expected,
                "{numerator}/{denominator}"
            );
        }
    }
}
