//! Whether a request comes from a page of ours.

use axum::http::{HeaderMap, Method, Uri, header};

/// Whether a method only reads.
pub(crate) fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE].contains(method)
}

/// Whether a browser says that a page of another site sends this. What is no browser says nothing.
pub(crate) fn is_foreign(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("not text"));
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else { return false };
    let host = host(headers, uri).unwrap_or_default();
    // A proxy of ours may have taken https off: only the host is compared.
    let from = origin.strip_prefix("https://").or(origin.strip_prefix("http://"));
    from.is_none_or(|from| !from.eq_ignore_ascii_case(host))
}

/// Whether the request is addressed to this machine by a name that no other site can have. A name
/// that its owner points at our address would make pages of that owner pages of ours.
pub(crate) fn is_to_loopback(headers: &HeaderMap, uri: &Uri) -> bool {
    let Some(host) = host(headers, uri) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let named = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    named.or_else(|| uri.authority().map(|authority| authority.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (name.parse().expect("a name"), value.parse().expect("a value"))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_page_of_another_site_is_told_by_what_the_browser_says() {
        let table: [(&[(&str, &str)], bool); 11] = [
            (&[("host", "a.vn")], false),
            (&[("host", "a.vn"), ("origin", "https://a.vn")], false),
            (&[("host", "a.vn"), ("origin", "http://A.vn")], false),
            (&[("host", "a.vn:8080"), ("origin", "http://a.vn:8080")], false),
            (&[("host", "a.vn:8080"), ("origin", "http://a.vn")], true),
            (&[("host", "a.vn"), ("origin", "https://b.vn")], true),
            (&[("host", "a.vn"), ("origin", "null")], true),
            (&[("host", "a.vn"), ("sec-fetch-site", "same-origin")], false),
            (&[("host", "a.vn"), ("sec-fetch-site", "none")], false),
            (&[("host", "a.vn"), ("sec-fetch-site", "same-site")], true),
            (&[("host", "a"), ("origin", "https://a"), ("sec-fetch-site", "cross-site")], true),
        ];
        for (pairs, foreign) in table {
            assert_eq!(is_foreign(&headers(pairs), &Uri::from_static("/")), foreign, "{pairs:?}");
        }
    }

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        let table = [
            ("127.0.0.1:8080", true),
            ("127.0.0.1", true),
            ("localhost:8080", true),
            ("LOCALHOST", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("localhost.evil.example", false),
            ("evil.example:8080", false),
            ("127.0.0.1.evil.example", false),
            ("10.0.0.1", false),
            ("", false),
        ];
        for (host, expected) in table {
            let found = is_to_loopback(&headers(&[("host", host)]), &Uri::from_static("/"));
            assert_eq!(found, expected, "{host}");
        }
    }
}
