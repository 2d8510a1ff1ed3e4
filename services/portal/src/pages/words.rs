//! What the pages of audits and of milestones say, in both languages.

use proto::gazetteer::Lang;

use super::text::texts;

/// The texts of a language.
pub(crate) fn of(lang: Lang) -> &'static Texts {
    match lang {
        Lang::Vi => &VI,
        Lang::En => &EN,
    }
}

texts! {
    title: "Chốt số liệu {0}", "Closings, {0}";
    need_period: "Số liệu được chốt theo kỳ có tên. Hãy chọn một kỳ ở trên.", "Figures are closed by named periods. Choose a period above.";
    next_level: "Mức chốt tiếp theo: {0}.", "The next level: {0}.";
    next_none: "Đã chốt ở mức chính thức.", "Closed as official.";
    desk: "Bàn chốt", "Closing desk";
    cut_ahead: "Ngày chốt {0}: còn {1} ngày. Báo cáo gửi chậm nhất {2}, hai ngày làm việc sau ngày chốt.", "The period ends on {0}, in {1} days. Reports are due on {2}, two working days after.";
    cut_today: "Ngày chốt {0} là hôm nay. Báo cáo gửi chậm nhất {1}, hai ngày làm việc sau ngày chốt.", "The period ends today, {0}. Reports are due on {1}, two working days after.";
    cut_grace: "Ngày chốt {0} đã qua. Báo cáo còn được gửi đến hết {1}, hai ngày làm việc sau ngày chốt.", "The period ended on {0}. Reports are due on {1}, two working days after.";
    cut_past: "Ngày chốt {0} và hạn gửi {1} (hai ngày làm việc sau ngày chốt) đã qua {2} ngày.", "The period ended on {0}; reports were due on {1}, two working days after, {2} days ago.";
    working_days: "Chỉ trừ thứ bảy, chủ nhật; chưa trừ ngày lễ.", "Saturdays and Sundays are left out, public holidays are not.";
    sent: "{0} trên {1} đơn vị đã có dữ kiện trong kỳ; ngày gần nhất {2}.", "{0} of {1} units have facts in the period; the latest day is {2}.";
    sent_none: "Chưa đơn vị nào có dữ kiện trong kỳ.", "No unit has facts in the period.";
    held: "{0} dữ kiện trong kỳ chưa tính vào số.", "{0} facts of the period are held and not counted.";
    held_none: "Không có dữ kiện nào trong kỳ bị giữ lại.", "No facts of the period are held.";
    balanced: "Bảng diễn biến cân ở {0} trên {1} đơn vị.", "The movement table balances in {0} of {1} units.";
    see: "Xem", "See";
    fine: "đạt", "fine";
    senders: "Các đơn vị và dữ kiện trong kỳ", "Units and their facts in the period";
    facts: "Dữ kiện", "Facts";
    last_day: "Ngày gần nhất", "Latest day";
    declare: "Chốt, mở lại, công bố", "Close, reopen, publish";
    declare_sub: "Mỗi lần chốt là một dữ kiện trong sổ, không xóa được. Chốt không khóa số liệu: dữ kiện đến sau vẫn được tính, còn bản đã chốt đứng yên.", "Each closing is a fact of the journal and cannot be deleted. It locks nothing: later facts still count, and what was closed stays as it was.";
    level: "Mức", "Level";
    set_by: "Cấp quyết định", "Decided by";
    reference: "Số quyết định, báo cáo", "Decision or report";
    reason: "Lý do", "Reason";
    published_where: "Nơi công bố", "Where it is published";
    close: "Chốt", "Close";
    reopen: "Mở lại", "Reopen";
    publish: "Công bố", "Publish";
    done: "{0}: đã ghi vào sổ ở vị trí {1}.", "{0}: recorded at position {1}.";
    turned_down: "Đã ghi vào sổ ở vị trí {0} nhưng không có hiệu lực: {1}. {2}", "Recorded at position {0}, but without effect: {1}. {2}";
    rejected: "Không ghi vào sổ: {0}.", "Not recorded: {0}.";
    incomplete: "thiếu hoặc sai một ô của biểu mẫu", "a field of the form is missing or wrong";
    not_yet: "Đã gửi; sổ nhận ở vị trí {0} nhưng số chưa tổng hợp đến đó. Xin tải lại trang.", "Recorded at position {0}; the figures are not that far yet. Load the page anew.";
    vintages: "Các bản đã chốt", "What was closed";
    vintages_sub: "Mỗi bản đứng yên tại vị trí của nó; không gì sửa được về sau.", "Each stays as it was at its position; nothing changes it later.";
    vintages_none: "Chưa chốt lần nào trong kỳ này.", "Nothing has been closed for this period.";
    when: "Sổ nhận", "Received";
    digest: "Mã băm", "Digest";
    files: "Tải", "Files";
    signed: "đã ký", "signed";
    unsigned: "chưa ký", "not signed";
    as_text: "Bản .txt", "Text";
    note: "Điểm kiểm", "Checkpoint";
    pack: "Gói kiểm toán", "Audit pack";
    pack_rule: "Gói kiểm toán có mọi dữ kiện trong sổ đến lần chốt, cả mã giả danh của hộ, để kiểm lại mà không cần hệ thống này; mỗi lần tải đều được ghi lại. Chỉ giao cho người có quyền xem dữ liệu từng hộ.", "An audit pack has every fact in the journal up to the closing, with pseudonyms of households, so that it can be checked without this system; each reading is recorded. Hand it only to people who may see data of single households.";
    beside_now: "So với nay", "And now";
    text_rule: "Bản .txt có thể có mã dữ kiện của từng hộ, nên chỉ cán bộ của địa bàn và kiểm toán tải được; mỗi lần tải đều được ghi lại. Mã băm và điểm kiểm thì ai cũng xem được.", "The text may have keys of facts of single households, so it is for officers of the unit and auditors, and each reading is recorded. Digests and checkpoints are for everybody.";
    refused: "Không có hiệu lực", "Without effect";
    act_closed: "chốt", "closed";
    act_reopened: "mở lại", "reopened";
    act_published: "công bố", "published";
    revised: "Khi chốt và hiện nay", "As closed and now";
    revised_sub: "Bản {0} (vị trí {1}) so với hiện nay (vị trí {2}): {3} dữ kiện đến sau làm đổi số đã chốt, {4} dòng khác. Các nguyên nhân cộng đúng bằng thay đổi.", "{0} (position {1}) and now (position {2}): {3} facts change what was closed, {4} rows differ. The causes add up to the change.";
    revised_none: "Các số chính của đơn vị không đổi.", "The headline figures of the unit are unchanged.";
    then: "Khi chốt", "As closed";
    now: "Hiện nay", "Now";
    change: "Thay đổi", "Change";
    late: "đến muộn", "late";
    corrected: "đính chính", "corrected";
    voided: "hủy", "voided";
    defined: "định nghĩa, địa giới, khác", "definition, boundary, other";
    others: "Các dòng khác của đơn vị và các đơn vị dưới: {0}", "Other rows, of the unit and those below: {0}";
    others_more: "Chỉ hiện {0} dòng đầu; tất cả có trong tệp CSV.", "Only the first {0} rows are shown; all are in the CSV.";
    explain_title: "Từ đâu ra: {0}", "Where it comes from: {0}";
    explain_lede: "{0}, {1}: {2}.", "{0}, {1}: {2}.";
    explain_heavy: "Chỉ số này được tính từ quá nhiều ô để mở ra ở cấp này. Hãy xem một đơn vị bên dưới.", "This is computed from too many cells to be opened at this level. Look at a unit below.";
    explain_rule: "Ai cũng xem được có bao nhiêu dữ kiện và chúng cộng thành bao nhiêu. Dữ kiện của từng hộ chỉ hiện cho cán bộ của địa bàn và kiểm toán; mỗi lần xem đều được ghi lại.", "How many facts there are and what they sum to is for everybody. Facts of single households are for officers of the unit and auditors, and each reading is recorded.";
    how_flow: "Cộng những gì xảy ra trong thời gian này.", "The sum of what happened in this time.";
    how_stock: "Cộng mọi thay đổi đến hết ngày cuối.", "The sum of all changes up to the last day.";
    how_distinct: "Đếm các hộ khác nhau: mỗi hộ một lần.", "Different households, each counted once.";
    how_share: "Phần thứ nhất chia phần thứ hai; hoặc các đơn vị dưới đủ số liệu.", "The first part over the second; or the units below that are complete.";
    how_change: "Phần thứ nhất trừ phần thứ hai.", "The first part less the second.";
    how_stated: "Đơn vị tự nêu.", "Stated by the unit itself.";
    how_sum_of_stated: "Cộng số do các đơn vị dưới nêu.", "The sum of what the units below state.";
    how_count: "Đếm các phần khác 0.", "How many of the parts are not zero.";
    how_other: "Không có, hoặc phải đếm dọc theo từng hộ.", "There is none, or it is counted along the households.";
    comes_from: "{0} dữ kiện, cộng thành {1}.", "{0} facts, which sum to {1}.";
    comes_from_stated: "Nêu trong {0} dữ kiện.", "Facts that state it: {0}.";
    listed: "Hiện {0} dữ kiện đầu theo thứ tự của sổ.", "The first {0} facts in the order of the journal.";
    closed_facts: "Không liệt kê dữ kiện của từng hộ.", "Facts of single households are not listed.";
    by_how_much: "Làm đổi", "Changes it by";
    more_parts: "… và {0} phần nữa", "… and {0} more parts";
    position_now: "vị trí {0}", "position {0}";
    milestones: "Mốc vừa đạt và thu hồi", "Milestones";
    milestones_all: "Các mốc của mọi đơn vị, mới nhất ở trên.", "Milestones of all units, the latest first.";
    milestones_of: "Các mốc của {0} và các đơn vị bên dưới, mới nhất ở trên.", "Milestones of {0} and the units below, the latest first.";
    milestones_of_commune: "Các mốc của {0}, mới nhất ở trên.", "Milestones of {0}, the latest first.";
    milestones_sub: "Mốc là lúc một số liệu vượt qua ngưỡng đã định: tỷ lệ hộ nghèo xuống dưới 5\u{a0}%, nhà thứ 10 hoàn thành. Mốc được báo một lần, ngay khi dữ kiện làm nó đạt được tổng hợp. Khi một đính chính đưa số liệu trở lại bên kia ngưỡng, mốc bị thu hồi; sau đó có thể đạt lại.", "A milestone is a figure that crosses a line: a poverty rate under 5\u{a0}%, the tenth house finished. It is told once, as soon as the fact that tipped it is counted. When a correction takes the figure back over the line, the milestone is withdrawn; it may be reached again.";
    milestones_filter: "Lọc các mốc", "Filter milestones";
    milestones_unit: "Đơn vị (gồm các đơn vị bên dưới)", "Unit, with those below it";
    milestones_unknown: "Không rõ “{0}” là đơn vị nào.", "“{0}” is no unit, or several.";
    milestones_rule: "Loại mốc", "Milestone";
    milestones_any_rule: "Tất cả", "All";
    milestones_list: "Các mốc", "As they were told";
    milestones_none: "Chưa có mốc nào.", "There are no milestones yet.";
    milestones_none_such: "Chưa có mốc nào như vậy.", "There are no such milestones yet.";
    milestones_none_here: "Không có mốc nào trong đoạn này.", "There are no such milestones in this stretch.";
    milestones_no_feed: "Máy chủ này không báo mốc: chỉ máy chủ ghi dữ kiện mới báo.", "No milestones are told here: the server that writes has them.";
    milestones_older: "Các mốc cũ hơn", "Older milestones";
    milestones_latest: "Trở lại các mốc mới nhất", "Back to the latest";
    milestones_subscribe: "Nhận mốc tự động", "For subscribers";
    milestones_subscribe_sub: "Phần mềm khác đọc các mốc này từ bất kỳ vị trí nào, theo dõi tiếp khi có mốc mới, hoặc được gửi đến địa chỉ của mình có chữ ký.", "Programs read the same milestones from any position, follow them as they come, or have them sent, signed, to an address of theirs.";
    milestones_api: "API, JSON hoặc dòng sự kiện", "API: JSON, or events as they come";
    milestones_cli: "Dòng lệnh", "Command line";
    milestones_webhook: "Webhook có chữ ký", "Signed webhooks";
    milestones_recent: "Mốc gần đây", "Recent milestones";
    milestones_all_of: "Mọi mốc của đơn vị", "All milestones of the unit";
    milestone_reached: "đạt", "reached";
    milestone_again: "đạt lại, lần {0}", "reached again, {0}";
    milestone_withdrawn: "thu hồi", "withdrawn";
    milestone_withdrawn_again: "thu hồi, lần {0}", "withdrawn, {0}";
    milestone_level: "theo số liệu {0}", "by {0} figures";
    milestone_figure: "Số liệu", "Figure";
    milestone_line: "Ngưỡng", "Line";
    milestone_fact: "Dữ kiện ở vị trí {0}", "Fact at position {0}";
}
