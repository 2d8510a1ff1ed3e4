//! What our sheets have in common: fonts, borders, title block, source line, paper.

use proto::gazetteer::Lang;
use query::lang::pick;
use rust_xlsxwriter::{
    ColNum, Format, FormatAlign, FormatBorder, Formula, RowNum, Worksheet, XlsxError,
};

use crate::app::Source;

/// A4.
const PAPER: u8 = 9;
const FONT: &str = "Times New Roman";

/// The formats of a sheet.
pub(super) struct Styles {
    pub(super) title: Format,
    pub(super) subtitle: Format,
    pub(super) head: Format,
    pub(super) numbering: Format,
    pub(super) text: Format,
    pub(super) centre: Format,
    pub(super) whole: Format,
    pub(super) decimal: Format,
    pub(super) percent: Format,
    pub(super) points: Format,
    pub(super) note: Format,
}

impl Styles {
    pub(super) fn new(lang: Lang) -> Styles {
        let font = Format::new().set_font_name(FONT).set_font_size(11);
        let cell =
            font.clone().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
        let centre = cell.clone().set_align(FormatAlign::Center);
        let number = |format: &str| cell.clone().set_num_format(format);
        // The separators are the reader's own: 1.751 and 1,56 % on a Vietnamese machine.
        Styles {
            title: font.clone().set_font_size(14).set_bold().set_align(FormatAlign::Center),
            subtitle: font.clone().set_italic().set_align(FormatAlign::Center),
            head: centre.clone().set_bold().set_text_wrap(),
            numbering: centre.clone().set_italic().set_font_size(9).set_text_wrap(),
            text: cell.clone(),
            whole: number("#,##0"),
            decimal: number("#,##0.######"),
            percent: number("0.00%"),
            points: number(pick(lang, "0.00\" điểm %\"", "0.00\" pp\"")),
            note: font.clone().set_italic().set_font_size(9),
            centre,
        }
    }

    /// The same in bold, for totals.
    pub(super) fn bold(format: &Format) -> Format {
        format.clone().set_bold()
    }
}

/// Title and subtitle over the whole width.
pub(super) fn title(
    sheet: &mut Worksheet,
    styles: &Styles,
    last: ColNum,
    title: &str,
    subtitle: &str,
) -> Result<(), XlsxError> {
    merged(sheet, (0, 0), (0, last), title, &styles.title)?;
    merged(sheet, (1, 0), (1, last), subtitle, &styles.subtitle)?;
    sheet.set_row_height(0, 24)?;
    Ok(())
}

/// Where the table comes from, below it.
pub(super) fn source(
    sheet: &mut Worksheet,
    styles: &Styles,
    row: RowNum,
    source: &Source,
    lang: Lang,
) -> Result<(), XlsxError> {
    let Source { journal, position, made } = source;
    let text = match lang {
        Lang::Vi => format!("Nguồn: Tổng Hợp, sổ {journal}, đến vị trí {position}; lập lúc {made}"),
        Lang::En => {
            format!("Source: Tổng Hợp, journal {journal}, to position {position}; made {made}")
        }
    };
    sheet.write_string_with_format(row, 0, text, &styles.note)?;
    Ok(())
}

/// A4 landscape, as wide as the page, the heads on every page.
pub(super) fn paper(
    sheet: &mut Worksheet,
    heads: (RowNum, RowNum),
    fixed: ColNum,
    last: (RowNum, ColNum),
) -> Result<(), XlsxError> {
    sheet.set_paper_size(PAPER).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_footer("&R&P/&N");
    sheet.set_repeat_rows(heads.0, heads.1)?;
    sheet.set_freeze_panes(heads.1 + 1, fixed)?;
    sheet.set_print_area(0, 0, last.0, last.1)?;
    Ok(())
}

/// A text over several cells, or in one.
pub(super) fn merged(
    sheet: &mut Worksheet,
    from: (RowNum, ColNum),
    to: (RowNum, ColNum),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    if from == to {
        sheet.write_string_with_format(from.0, from.1, text, format)?;
    } else {
        sheet.merge_range(from.0, from.1, to.0, to.1, text, format)?;
    }
    Ok(())
}

/// The name of a cell: `C7`.
pub(super) fn cell(row: RowNum, column: ColNum) -> String {
    let mut letters = String::new();
    let mut left = u32::from(column) + 1;
    while left > 0 {
        let letter = u8::try_from((left - 1) % 26).unwrap_or_default() + b'A';
        letters.insert(0, char::from(letter));
        left = (left - 1) / 26;
    }
    format!("{letters}{}", row + 1)
}

/// A formula with the result it will have, for those who only read.
pub(super) fn formula(text: &str, result: impl std::fmt::Display) -> Formula {
    Formula::new(text).set_result(result.to_string())
}

/// The sum of some rows of a column.
pub(super) fn sum(
    column: ColNum,
    first: RowNum,
    last: RowNum,
    result: impl std::fmt::Display,
) -> Formula {
    formula(&format!("=SUM({}:{})", cell(first, column), cell(last, column)), result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_in_a_spreadsheet() {
        for (at, name) in [
            ((0, 0), "A1"),
            ((6, 25), "Z7"),
            ((6, 26), "AA7"),
            ((9, 701), "ZZ10"),
            ((9, 702), "AAA10"),
        ] {
            assert_eq!(cell(at.0, at.1), name);
        }
    }
}
