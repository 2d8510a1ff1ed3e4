//! The report of an audit: one page to print, Vietnamese and English beside each other.

use std::path::Path;

use anyhow::{Context, Result};
use auditor::{Kind, Vintage};
use proto::gazetteer::{Gazetteer, Lang};
use query::{labels, lang};

use super::verdict::{Pack, Verdict};

const STYLE: &str = "body{font:12pt/1.45 serif;margin:2cm auto;max-width:19cm;padding:0 1cm}\
table{border-collapse:collapse;width:100%;margin:.6em 0}th,td{border:1px solid #777;padding:.2em .5em;\
text-align:left;vertical-align:top}td.n{text-align:right}code{font-size:.85em;word-break:break-all}\
.en{color:#444}h1{font-size:1.35em}h2{font-size:1.1em;margin-top:1.4em}.good{border-left:6px solid #176b3a;\
padding-left:.7em}.bad{border-left:6px solid #9b1c1c;padding-left:.7em}@page{margin:2cm}";

pub(super) fn write(path: &Path, vintage: &Vintage, verdict: &Verdict) -> Result<()> {
    std::fs::write(path, page(vintage, verdict))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn page(vintage: &Vintage, verdict: &Verdict) -> String {
    let head = &vintage.head;
    let unit = |lang| match Gazetteer::embedded().unit(&head.unit) {
        Some(unit) => Gazetteer::embedded().name(unit, lang).into_owned(),
        None => head.unit.clone(),
    };
    let period = |lang| labels::period(lang, &head.period);
    let mut out = String::new();
    let mut put = |text: &str| out.push_str(text);
    put(&format!(
        "<!doctype html><html lang=vi><meta charset=utf-8><title>Kiểm toán {}</title>\
         <style>{STYLE}</style><h1>Báo cáo kiểm toán số liệu / <span class=en lang=en>Audit of \
         figures</span></h1><p><b>{}</b>, {} <span class=en lang=en>({}, {})</span></p>",
        escaped(&head.id),
        escaped(&unit(Lang::Vi)),
        escaped(&period(Lang::Vi)),
        escaped(&unit(Lang::En)),
        escaped(&period(Lang::En)),
    ));
    let (class, vi, en) = match verdict.equal {
        true => (
            "good",
            "Khớp: từng dòng tính lại giống hệt bản chốt.",
            "Equal: every row that was replayed is that of the vintage.",
        ),
        false => (
            "bad",
            "Không khớp: xem các chỗ sai và các dòng khác bên dưới.",
            "Not equal: the faults and the rows that differ are below.",
        ),
    };
    put(&format!("<p class={class}><b>{vi}</b><br><span class=en lang=en>{en}</span></p>"));
    let facts = lang::whole(Lang::Vi, i128::from(verdict.facts));
    let rows = [
        ("Bản chốt", "Vintage", escaped(&head.id)),
        ("Mức", "Level", escaped(&labels::code(Lang::Vi, "level", &head.level))),
        ("Căn cứ", "Decision", escaped(&head.reference)),
        ("Ngày sổ nhận", "Received by the journal", escaped(&head.received)),
        ("Sổ", "Journal", escaped(&head.journal)),
        ("Vị trí", "Position", lang::whole(Lang::Vi, i128::from(head.position))),
        ("Số dữ kiện", "Facts", facts),
        ("Số dòng so sánh", "Rows compared", lang::whole(Lang::Vi, verdict.rows as i128)),
        ("Mã băm bản chốt", "Digest of the vintage", code(&verdict.digest)),
        ("Mã băm tính lại", "Digest of the replay", code(&verdict.replayed)),
        ("Gốc Merkle bản chốt", "Root of the vintage", code(&verdict.root)),
        ("Gốc Merkle tính lại", "Root of the replay", code(&verdict.replayed_root)),
        ("Danh mục", "Catalogue", code(&head.catalogue)),
        ("Địa danh", "Gazetteer", code(&head.gazetteer)),
        ("Chương trình", "Program", escaped(&head.program)),
    ];
    put("<table>");
    for (vi, en, value) in rows {
        put(&format!("<tr><th scope=row>{vi}<br><span class=en lang=en>{en}</span><td>{value}"));
    }
    put("</table>");
    if let Some(pack) = &verdict.pack {
        put(&of_pack(pack));
    }
    if !verdict.differences.is_empty() {
        put("<h2>Dòng khác / <span class=en lang=en>Rows that differ</span></h2><table><tr>\
             <th>Đơn vị<br><span class=en lang=en>Unit</span><th>Chỉ số<br><span class=en \
             lang=en>Indicator</span><th>Bản chốt<br><span class=en lang=en>Vintage</span><th>Tính \
             lại<br><span class=en lang=en>Replay</span>");
        for one in &verdict.differences {
            let said = |value: &Option<String>| escaped(value.as_deref().unwrap_or("–"));
            put(&format!(
                "<tr><td>{}<td>{} {}<td class=n>{}<td class=n>{}",
                escaped(&one.unit),
                escaped(&one.of),
                escaped(&one.by),
                said(&one.first),
                said(&one.second)
            ));
        }
        put("</table>");
    }
    put("<h2>Số liệu của đơn vị / <span class=en lang=en>Figures of the unit</span></h2><table>");
    let own = vintage.rows.iter().filter(|row| row.kind == Kind::Figure);
    for row in own {
        let [unit, indicator, by] = row.fields();
        let value = row.value.split('\t').next().unwrap_or_default();
        if unit != head.unit || !by.is_empty() || value.starts_with('?') {
            continue;
        }
        let label = |lang| escaped(&labels::indicator(lang, indicator));
        put(&format!(
            "<tr><th scope=row>{}<br><span class=en lang=en>{}</span><td class=n>{}",
            label(Lang::Vi),
            label(Lang::En),
            escaped(&shown(value))
        ));
    }
    put("</table></html>\n");
    out
}

/// Which pack was replayed, and what is wrong with it.
fn of_pack(pack: &Pack) -> String {
    let (vi, en) = match pack.signature_checked {
        true => ("đã kiểm chữ ký", "signature checked"),
        false => ("chưa kiểm chữ ký", "signature not checked"),
    };
    let mut out = format!(
        "<h2>Gói kiểm toán / <span class=en lang=en>Audit pack</span></h2><p>{}, {} ({vi}) <span \
         class=en lang=en>({en})</span></p>",
        escaped(&pack.file),
        escaped(&pack.origin),
    );
    if !pack.faults.is_empty() {
        out.push_str("<ul>");
        for said in &pack.faults {
            let (vi, en) = (said.fault.said(Lang::Vi), said.fault.said(Lang::En));
            let (vi, en) = (escaped(&vi), escaped(&en));
            out.push_str(&format!("<li>{vi}<br><span class=en lang=en>{en}</span>"));
        }
        if pack.more_faults > 0 {
            out.push_str(&format!("<li>… +{}", pack.more_faults));
        }
        out.push_str("</ul>");
    }
    out
}

/// A value with its thousands parted; a share with what it is made of.
fn shown(value: &str) -> String {
    match value.parse::<i128>() {
        Ok(whole) => lang::whole(Lang::Vi, whole),
        Err(_) => value.replace('/', " / ").replace('>', " → "),
    }
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
