//! Which nats-server a journal needs.

/// Since 2.15 an atomic batch is one group commit under `sync_interval: always`.
const WANTED: (u64, u64) = (2, 15);

/// What is wrong with a server of this version; `None` if it will do.
pub(crate) fn unfit(version: &str) -> Option<String> {
    let mut numbers = version.split(['.', '-', '+']).map(str::parse::<u64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= WANTED => None,
        _ => Some(format!("is version {version:?}, a journal needs 2.15 or later; `make tools`")),
    }
}

#[cfg(test)]
mod tests {
    use super::unfit;

    #[test]
    fn only_servers_from_2_15_are_taken() {
        let cases = [
            ("2.15.1", true),
            ("2.15.0", true),
            ("2.15.0-RC.2", true),
            ("2.16.0-dev", true),
            ("3.0.0", true),
            ("2.14.6", false),
            ("2.9.10", false), // Debian's
            ("1.99.0", false),
            ("", false),
            ("latest", false),
        ];
        for (version, fit) in cases {
            assert_eq!(unfit(version).is_none(), fit, "{version:?}");
        }
    }
}
