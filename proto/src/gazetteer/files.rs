//! The files of the gazetteer, as this program carries them.

/// Names and texts of the files that the gazetteer's hash is over, in its order. Not a constant: that
/// would be copied into every place that names it, and these are three megabytes.
pub(super) static FILES: [(&str, &str); 3] = [
    ("units.csv", include_str!("../../gazetteer/units.csv")),
    ("successions.csv", include_str!("../../gazetteer/successions.csv")),
    ("aliases.csv", include_str!("../../gazetteer/aliases.csv")),
];
