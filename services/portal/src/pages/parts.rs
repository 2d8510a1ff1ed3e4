//! The parts of a page that move.

use std::collections::BTreeMap;

/// The parts of a page between `<!--[key-->` and `<!--key]-->`, both included: what stands in the
/// element with that `data-live`.
pub(super) fn parts(page: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = page;
    while let Some(start) = rest.find("<!--[") {
        let inside = &rest[start..];
        let Some(key) = inside[5..].split("-->").next() else { break };
        let close = format!("<!--{key}]-->");
        let Some(end) = inside.find(&close) else { break };
        found.insert(key.to_owned(), inside[..end + close.len()].to_owned());
        rest = &inside[end + close.len()..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_cut_out_whole_and_unclosed_ones_are_left() {
        for (page, expected) in [
            ("", vec![]),
            ("<p><!--[a-->1<!--a]--></p>", vec![("a", "<!--[a-->1<!--a]-->")]),
            (
                "x<!--[a-->1<!--a]-->y<!--[b--><b>2</b><!--b]-->",
                vec![("a", "<!--[a-->1<!--a]-->"), ("b", "<!--[b--><b>2</b><!--b]-->")],
            ),
            ("<!--[a-->1", vec![]),
        ] {
            let found = parts(page);
            let found: Vec<(&str, &str)> =
                found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            assert_eq!(found, expected, "{page}");
        }
    }
}
