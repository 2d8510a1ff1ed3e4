//! The QR code of an otpauth address, as SVG without styles of its own: the policy forbids them.

use std::fmt::Write;

use access::Squares;

/// The picture; empty where the address is too long for one: the key stands beside it.
pub(super) fn of(uri: &str, label: &str) -> String {
    let Some(squares) = Squares::of(uri) else { return String::new() };
    let width = squares.width();
    let mut path = String::new();
    for (row, column, length) in squares.runs() {
        // Writing to a text does not fail.
        let _ = write!(path, "M{column} {row}h{length}v1h-{length}z");
    }
    // Dark on white in every theme: many readers know no other.
    format!(
        "<svg class=\"qr\" viewBox=\"0 0 {width} {width}\" role=\"img\" aria-label=\"{label}\">\
         <rect width=\"{width}\" height=\"{width}\" fill=\"#fff\"/>\
         <path d=\"{path}\" fill=\"#000\" shape-rendering=\"crispEdges\"/></svg>"
    )
}
