//! A text as the squares of a QR code, for whoever draws them.

use qrcode::{Color, QrCode};

/// Light squares that readers want around the dark ones.
const QUIET: usize = 4;

/// Squares in rows, dark or light, with the quiet zone around them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Squares {
    dark: Vec<bool>,
    width: usize,
}

impl Squares {
    /// Those of a text; none when it is too long for any code.
    pub fn of(text: &str) -> Option<Squares> {
        let code = QrCode::new(text).ok()?;
        let inner = code.width();
        let width = inner + 2 * QUIET;
        let mut dark = vec![false; width * width];
        for (at, color) in code.into_colors().into_iter().enumerate() {
            let (row, column) = (at / inner + QUIET, at % inner + QUIET);
            dark[row * width + column] = color == Color::Dark;
        }
        Some(Squares { dark, width })
    }

    /// How many there are in a row, and in a column.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether one is dark; beyond the edge all are light.
    pub fn is_dark(&self, row: usize, column: usize) -> bool {
        column < self.width && self.dark.get(row * self.width + column).copied().unwrap_or(false)
    }

    /// The dark ones of each row as runs: row, first column, length.
    pub fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs = Vec::new();
        for row in 0..self.width {
            let mut column = 0;
            while column < self.width {
                let length = (column..self.width).take_while(|at| self.is_dark(row, *at)).count();
                if length > 0 {
                    runs.push((row, column, length));
                }
                column += length.max(1);
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_the_dark_squares_and_nothing_touches_the_edge() {
        let squares = Squares::of("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ").expect("it is short");
        let mut painted = vec![false; squares.dark.len()];
        for (row, column, length) in squares.runs() {
            for at in column..column + length {
                painted[row * squares.width() + at] = true;
            }
        }
        assert_eq!(painted, squares.dark);
        let edge = |at: usize| at < QUIET || at >= squares.width() - QUIET;
        for at in 0..squares.dark.len() {
            let (row, column) = (at / squares.width(), at % squares.width());
            assert!(!(squares.is_dark(row, column) && (edge(row) || edge(column))));
        }
        // A finder in the corner: seven dark squares, as the standard has it.
        assert!((0..7).all(|at| squares.is_dark(QUIET, QUIET + at)));
        assert!(!squares.is_dark(QUIET, QUIET + 7) && !squares.is_dark(0, squares.width()));
        assert_eq!(Squares::of(&"x".repeat(10_000)), None);
    }
}
