//! What the pages say, in both languages: whole sentences, never half of one put to another.

use proto::gazetteer::Lang;

macro_rules! texts {
    ($($name:ident: $vi:literal, $en:literal;)*) => {
        /// The fixed texts of one language.
        #[derive(Debug)]
        pub(crate) struct Texts { $(pub(crate) $name: &'static str,)* }
        static VI: Texts = Texts { $($name: $vi,)* };
        static EN: Texts = Texts { $($name: $en,)* };
        /// Every text in both languages, for the tests.
        #[cfg(test)]
        pub(crate) const BOTH: &[(&str, &str, &str)] = &[$((stringify!($name), $vi, $en),)*];
    };
}

pub(super) use texts;

/// The texts of a language.
pub(crate) fn of(lang: Lang) -> &'static Texts {
    match lang {
        Lang::Vi => &VI,
        Lang::En => &EN,
    }
}

/// The text with a capital: it stands alone.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Puts values into the holes of a sentence: `{0}`, `{1}`, …
pub(crate) fn fill(sentence: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some(open) = rest.find('{') {
        let hole = rest[open + 1..].split('}').next().unwrap_or("");
        out.push_str(&rest[..open]);
        match hole.parse::<usize>().ok().and_then(|at| values.get(at)) {
            Some(value) => out.push_str(value),
            None => out.push_str(&rest[open..(open + hole.len() + 2).min(rest.len())]),
        }
        rest = rest.get(open + hole.len() + 2..).unwrap_or("");
    }
    out.push_str(rest);
    out
}

texts! {
    brand_sub: "Chương trình giảm nghèo bền vững", "Sustainable poverty reduction";
    skip: "Đến nội dung chính", "Skip to main content";
    pages: "Các trang", "Pages";
    overview: "Tổng quan", "Overview";
    movements: "Diễn biến", "Movements";
    map: "Bản đồ", "Map";
    indicators: "Chỉ số", "Indicators";
    compare: "So sánh", "Compare";
    findings: "Cần xem lại", "Findings";
    milestones: "Mốc", "Milestones";
    published: "Số công bố", "Published";
    operations: "Vận hành", "Operations";
    other_language: "English", "Tiếng Việt";
    other_lang_code: "en", "vi";
    dark: "Nền tối", "Dark";
    light: "Nền sáng", "Light";
    sign_in: "Đăng nhập", "Sign in";
    sign_out: "Đăng xuất", "Sign out";
    two_step: "Xác thực hai lớp", "Two-step sign-in";
    name: "Tên đăng nhập", "User name";
    password: "Mật khẩu", "Password";
    sign_in_failed: "Tên hoặc mật khẩu không đúng. Xin thử lại.", "The name or password is wrong. Please try again.";
    sign_in_why: "Ai cũng xem được số tổng hợp mà không cần đăng nhập. Cán bộ địa bàn, kiểm toán và người vận hành đăng nhập để xem phần của mình.", "Everybody sees the rollups without signing in. Officers, auditors and operators sign in for what is theirs.";
    control: "Đơn vị, kỳ và địa giới", "Unit, period and boundaries";
    unit: "Đơn vị", "Unit";
    unit_path: "Đơn vị hành chính", "Administrative unit";
    find_unit: "Tìm đơn vị", "Find a unit";
    find_hint: "ia rsai, L-24079…", "ia rsai, L-24079…";
    period: "Kỳ", "Period";
    calendar: "Lịch", "Calendar";
    calendar_administrative: "Hành chính 15–14", "Reporting 15–14";
    calendar_civil: "Dân sự", "Civil";
    boundaries: "Địa giới", "Boundaries";
    boundaries_own: "Lúc đó", "Then";
    boundaries_current: "Hiện nay", "Now";
    show: "Xem", "Show";
    demonstration: "Bản trình diễn: số liệu mô phỏng, trừ huyện Krông Pa 6 tháng đầu năm 2021 (theo báo cáo 209/BC-UBND). Không dùng làm số liệu chính thức.", "Demonstration: simulated figures, but for Krông Pa district in the first half of 2021 (after report 209/BC-UBND). Not official figures.";
    live: "Đang cập nhật", "Live";
    still: "Bản tĩnh", "As loaded";
    connecting: "Đang kết nối", "Connecting";
    paused: "Đã tạm dừng", "Paused";
    stale: "Cũ từ {time}", "Stale since {time}";
    pause: "Tạm dừng", "Pause";
    resume: "Tiếp tục", "Resume";
    position: "vị trí", "position";
    as_of: "số liệu lúc", "figures at";
    not_yet_note: "Đơn vị này thành lập sau kỳ đang xem; số liệu gộp từ các đơn vị trước.", "This unit was formed after the period shown; its figures come from the units before it.";
    in_force_note: "Đơn vị này không còn hiệu lực trong kỳ đang xem.", "This unit is not in force in the period shown.";
    goes_on: "kỳ chưa kết thúc", "period not over yet";
    households_column: "Hộ", "Hh.";
    persons_column: "Khẩu", "Pers.";
    now_is: "Nay là", "Now";
    was: "Trước là", "Formerly";
    and_more: "và {0} đơn vị khác", "and {0} more";
    source_facts: "Nguồn: dữ kiện trong sổ đến vị trí {0}", "Source: facts of the journal up to position {0}";
    from_where: "Định nghĩa", "Definition";
    table_below: "Bảng số liệu", "Table of values";
    target: "Chỉ tiêu", "Target";
    heads: "Số chính", "Headline figures";
    trend: "Diễn biến qua các kỳ", "Trend";
    partial_note: "Điểm hoặc cột rỗng: chỉ gồm những nơi đã có số liệu lúc đó, nên các thời điểm có thể gồm những nơi khác nhau.", "Hollow points or bars: only over the places whose figures were known then, so that times may differ in their places.";
    month_end: "Cuối tháng", "End of month";
    targets: "Chỉ tiêu được giao", "Assigned targets";
    targets_none: "Chưa có chỉ tiêu nào được giao cho kỳ này.", "No target has been assigned for this period.";
    version: "Lần giao", "Version";
    asked: "Giảm, hộ", "Fall, households";
    asked_value: "Giao", "Assigned";
    left: "Còn lại", "To go";
    attained: "Đạt", "Attained";
    in_force: "đang dùng", "in force";
    flow_of_period: "Diễn biến trong kỳ", "Movements of the period";
    moves_scale: "Thanh đầu kỳ và cuối kỳ cùng một thang; thanh các khoản trong kỳ một thang khác.", "The bars of opening and closing share one scale, those of the movements another.";
    entry: "Khoản", "Entry";
    households: "Hộ", "Households";
    households_short: "hộ", "households";
    map_by: "{0} theo {1}", "{0} by {1}";
    map_sub: "Mỗi đơn vị một ô bằng nhau, đặt theo tâm của nó; bắc ở trên. Ô không vẽ ranh giới.", "One equal tile for each unit, placed from its centre; north is up. Tiles draw no borders.";
    map_big: "Xem bản đồ lớn", "Open the full map";
    map_pick: "Tô theo", "Colour by";
    map_beside: "Chưa có toạ độ chắc chắn", "Without a sure point";
    map_none: "Không có đơn vị nào ở dưới để vẽ bản đồ.", "There are no units below to draw.";
    no_data_class: "chưa có số", "no value";
    rank: "Thứ tự", "Rank";
    value: "Giá trị", "Value";
    change: "Thay đổi", "Change";
    opening: "Đầu kỳ", "Opening";
    closing: "Cuối kỳ", "Closing";
    numerator: "Tử số", "Numerator";
    denominator: "Mẫu số", "Denominator";
    rate: "Tỷ lệ", "Rate";
    course: "Sáu tháng gần nhất; thang từng dòng", "Last six months; own scale each";
    wide_table: "Bảng rộng; vuốt ngang để xem hết, tên đứng yên.", "Wide table; swipe sideways, names stay.";
    recent: "Dữ kiện mới nhất", "Latest facts";
    recent_sub: "Vị trí trong sổ, ngày xảy ra, nơi và việc. Không kèm danh tính hộ.", "Place in the journal, day, unit and what happened. No household is named.";
    recent_none: "Chưa có dữ kiện nào của đơn vị này gần cuối sổ.", "No fact of this unit near the end of the journal.";
    findings_open: "Xem những điều cần xem lại", "See the findings";
    movements_title_poor: "Diễn biến hộ nghèo", "Movements of poor households";
    movements_title_near_poor: "Diễn biến hộ cận nghèo", "Movements of near-poor households";
    movements_open: "Bảng diễn biến theo mẫu", "The official movement table";
    balance_yes: "Đầu kỳ và các khoản trong kỳ cộng đúng bằng cuối kỳ, cả hộ và nhân khẩu, ở {0} trên {1} đơn vị.", "Opening and movements come to the closing, households and persons, in {0} of {1} units.";
    class_poor: "Hộ nghèo", "Poor";
    class_near_poor: "Hộ cận nghèo", "Near-poor";
    class_pick: "Đối tượng", "Class";
    ordinal: "TT", "No.";
    decreases: "Giảm trong kỳ", "Decreases";
    increases: "Tăng trong kỳ", "Increases";
    added_rows: "Ngoài mẫu", "Beyond the form";
    net: "Tăng, giảm", "Net";
    whole_unit: "Cộng", "Total";
    form_note: "Cột 1 đến 9 theo biểu “Diễn biến hộ nghèo, hộ cận nghèo” (Thông tư 07/2021/TT-BLĐTBXH). Cột a, b, c là cột bổ sung: không có chúng thì bảng không cân.", "Columns 1 to 9 follow the form of Circular 07/2021/TT-BLĐTBXH. Columns a, b, c are additions: without them the table would not balance.";
    print: "In A4 ngang", "Print A4 landscape";
    how_to_read: "Đọc bảng thế nào", "How to read the table";
    read_relapsed: "Hộ đã thoát nghèo, nghèo lại trong 36 tháng.", "A household that had left poverty and fell back within 36 months.";
    read_new: "Chưa từng là hộ nghèo trong sổ, hoặc đã thoát quá 36 tháng.", "Never poor in the record, or out of poverty for more than 36 months.";
    read_decrease: "Hộ chuyển đi nơi khác, nhập vào hộ khác hoặc không còn.", "Households that moved away, joined another or ended.";
    read_increase: "Hộ đã thuộc diện này khi chuyển từ nơi khác đến, hoặc khi có quyết định đầu tiên mà sổ chưa ghi hộ ấy.", "Households of this class when they moved in, or when first decided on without being in the record.";
    read_registered: "Hộ có sẵn khi bắt đầu ghi sổ; không phải hộ mới phát sinh.", "Households already there when the record began; not newly arisen.";
    country: "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIET NAM";
    motto: "Độc lập – Tự do – Hạnh phúc", "Independence – Freedom – Happiness";
    committee: "ỦY BAN NHÂN DÂN", "PEOPLE’S COMMITTEE";
    preparer: "NGƯỜI LẬP BIỂU", "PREPARED BY";
    signature: "(Ký, ghi rõ họ tên)", "(Signature and full name)";
    place_and_day: "…, ngày … tháng … năm …", "…, day … month … year …";
    on_behalf: "TM. ỦY BAN NHÂN DÂN", "ON BEHALF OF THE PEOPLE’S COMMITTEE";
    chair: "CHỦ TỊCH", "CHAIR";
    definition: "Định nghĩa", "Definition";
    what: "Là gì", "What it is";
    identifier: "Mã", "Identifier";
    counted_in: "Đơn vị tính", "Counted in";
    combine: "Cộng lên cấp trên", "How it adds up";
    combine_sum: "Cộng các đơn vị dưới.", "Units below add up.";
    combine_recompute: "Tính lại từ tử số và mẫu số, không bình quân các tỷ lệ.", "Recomputed from numerators and denominators, never averaged.";
    combine_own: "Chỉ lấy số của chính đơn vị.", "Only the unit’s own value.";
    combine_own_else: "Lấy số của chính đơn vị; không có thì cộng các đơn vị dưới và ghi k/n.", "The unit’s own value; else the sum of those below, marked k of n.";
    note: "Ghi chú", "Note";
    rounding: "Làm tròn", "Rounding";
    rounding_how: "Một lần, khi hiển thị; đúng nửa thì làm tròn ra xa số 0.", "Once, when shown, half away from zero.";
    marks: "Ghi chú số liệu", "What is said with it";
    breakdown_one: "Theo {0}", "By {0}";
    share: "Phần", "Share";
    distinct_note: "Một hộ có thể thuộc nhiều nhóm, nên các nhóm cộng lại có thể lớn hơn tổng.", "A household may be in several groups, so the groups may add up to more than the total.";
    units_word: "đơn vị", "units";
    by_unit: "Các đơn vị dưới", "Units below";
    all_indicators: "Tất cả chỉ số", "All indicators";
    all_indicators_sub: "Danh mục của chương trình. Mỗi chỉ số mở ra định nghĩa, phân tổ và các đơn vị dưới.", "The programme’s catalogue. Each indicator opens to its definition, breakdowns and units.";
    compare_title: "So sánh", "Compare";
    compare_what: "So sánh với", "Compare with";
    compare_unit: "Đơn vị khác", "Another unit";
    compare_period: "Kỳ khác", "Another period";
    compare_do: "So sánh", "Compare";
    difference: "Chênh lệch", "Difference";
    relative: "Tương đối", "Relative";
    indicator: "Chỉ số", "Indicator";
    why_rate: "Vì sao tỷ lệ khác nhau", "Why the rates differ";
    why_sub: "Chênh lệch tách thành phần do tử số và phần do mẫu số, theo điểm giữa; hai phần cộng đúng bằng chênh lệch.", "The difference, split at mid-point into a numerator and a denominator effect; both add up to it exactly.";
    by_numerator: "Do tử số", "By the numerator";
    by_denominator: "Do mẫu số", "By the denominator";
    findings_title: "Cần xem lại", "Findings";
    findings_sub: "Điều hệ thống nhận thấy khi tổng hợp. Không có dữ kiện nào bị xóa: “tạm giữ, chưa tính” là chưa đưa vào số, “đã tính như khai” là đã tính.", "What was noticed while folding. No fact is deleted: held facts are not counted yet, noted ones are counted as declared.";
    findings_lede: "{0} dữ kiện chưa tính vào số, {1} dữ kiện đã tính như khai nhưng cần xem lại.", "{0} facts are held and not counted; {1} are counted as declared but should be looked at.";
    findings_none: "Không có điều gì cần xem lại ở đơn vị này trong kỳ.", "There are no findings in this unit in the period.";
    findings_none_ever: "Không có điều gì cần xem lại ở đơn vị này.", "There are no findings in this unit.";
    findings_about: "Đang xem: dữ kiện xảy ra trong {0} ({1} – {2}).", "Shown: facts that happened in {0} ({1} – {2}).";
    findings_about_all: "Đang xem: dữ kiện của mọi thời gian.", "Shown: facts of all times.";
    findings_no_others: "{0} Ngoài kỳ này không còn điều nào khác.", "{0} There are no others outside this period.";
    findings_others: "{0} Ngoài kỳ này còn {1} điều cần xem lại.", "{0} There are {1} more outside this period.";
    findings_see_all: "Xem mọi thời gian", "See all times";
    findings_only: "Chỉ xem {0}", "See only {0}";
    facts_found: "Mã từng dữ kiện cần xem lại", "Keys of the facts";
    keys_of_recent: "Mã và nội dung các dữ kiện mới nhất", "Keys and contents of the latest facts";
    keys_recorded: "Chỉ cán bộ của địa bàn và kiểm toán xem được; mỗi lần xem đều được ghi lại.", "Only for officers of the unit and auditors; each reading is recorded.";
    keys_open: "Bản trình diễn: ai cũng xem được và không lần xem nào được ghi lại. Khi dùng thật, chỉ cán bộ của địa bàn và kiểm toán xem được, và mỗi lần xem đều được ghi lại.", "In this demonstration anybody sees these, and no reading is recorded. In use, only officers of the unit and auditors do, and each reading is recorded.";
    keys_made: "Lập khi mở trang: tải lại trang để có danh sách mới.", "Made when the page was opened: load it anew for a new list.";
    keys_listed: "Có {0} trên {1} điều, mới nhất ở trên.", "{0} of {1} findings, the latest first.";
    fact_key: "Mã dữ kiện", "Key of the fact";
    other_fact: "trùng với", "collides with";
    position_head: "Vị trí", "Position";
    day_head: "Ngày xảy ra", "Day";
    what_happened: "Việc", "What happened";
    reason: "Lý do", "Reason";
    all_in_api: "Tất cả qua API (JSON)", "All of them in the API (JSON)";
    do_this: "Việc cần làm", "What to do";
    oldest: "Số ngày lâu nhất", "Oldest, days";
    latest: "Gần nhất", "Latest";
    count: "Số lượng", "Count";
    findings_units: "Theo đơn vị", "By unit";
    operations_sub: "Máy chạy thế nào, đến đâu. Chỉ người vận hành và kiểm toán xem được.", "How the machine runs and how far it is. For operators and auditors only.";
    folded_to: "Đã tổng hợp đến", "Folded up to";
    committed_to: "Đã ghi vào kho đến", "In the store up to";
    journal_end: "Cuối sổ", "End of the journal";
    progress: "Tiến độ", "Progress";
    lag: "Còn chậm", "Lag";
    records: "dữ kiện", "records";
    speed: "Tốc độ hiện tại", "Current speed";
    per_second: "dữ kiện mỗi giây", "records a second";
    commits: "Lần ghi từ lúc khởi động", "Commits since the start";
    commit_time: "Lần ghi gần nhất", "Last commit";
    journal: "Sổ", "Journal";
    store: "Kho", "Store";
    subjects: "Chủ thể", "Subjects";
    cells: "Ô số liệu", "Cells";
    memory: "Bộ nhớ", "Memory";
    timelines: "dòng thời gian", "timelines";
    unreadable: "Dữ kiện không đọc được", "Unreadable records";
    unreadable_none: "Không có.", "None.";
    editions: "Danh mục và địa danh", "Catalogue and gazetteer";
    gazetteer: "Địa danh", "Gazetteer";
    catalogue: "Danh mục chỉ số", "Catalogue of indicators";
    record_applied: "Dữ kiện mới", "New facts";
    record_duplicate: "Đã có từ trước", "Were there already";
    record_unreadable: "Không đọc được", "Could not be read";
    record_foreign: "Thuộc phân mảnh khác", "Belong to another shard";
    what_came: "Kết quả đọc sổ", "What became of records";
    search_title: "Tìm đơn vị", "Find a unit";
    search_none: "Không tìm thấy đơn vị nào. Thử bỏ dấu, bỏ “xã”, “huyện”, hoặc gõ mã.", "No unit found. Try without marks, without the kind, or type a code.";
    search_found: "{0} đơn vị cho “{1}”", "{0} units for “{1}”";
    search_empty: "Gõ tên, có dấu hay không dấu, hoặc mã. Sau dấu phẩy là đơn vị cấp trên: “phú, krông pa”.", "Type a name, with or without marks, or a code. Units above follow a comma: “phu, krong pa”.";
    generation_e: "đến 31/12/2024", "until 31 December 2024";
    generation_l: "đến 30/6/2025", "until 30 June 2025";
    generation_n: "từ 1/7/2025", "since 1 July 2025";
    level_nation: "cả nước", "nation";
    published_title: "Số công bố và số trong sổ", "Published and recorded figures";
    published_sub: "Mỗi con số của báo cáo đã công bố đứng cạnh con số tính từ sổ. Chỉ tiêu so với chỉ tiêu, kết quả so với số đếm được, ước tính so với ước tính. Khớp nghĩa là bằng nhau ở độ chính xác mà báo cáo viết.", "Each figure of a published report beside the figure of the ledger: a target beside the target, a result beside what was counted, an estimate beside the estimate. They agree when equal at the precision the report was written with.";
    published_none: "Hệ thống này không có báo cáo công bố nào để đối chiếu.", "There is no published report here to compare with.";
    published_figure: "Con số trong báo cáo", "Figure of the report";
    report_says: "Báo cáo", "Report";
    ledger_says: "Sổ", "Ledger";
    agrees: "khớp", "agrees";
    differs: "không khớp", "differs";
    implausible_title: "Số liệu không hợp lý", "Figures that cannot be";
    implausible_sub: "Số của đơn vị này và các đơn vị ngay dưới trong kỳ đang xem vượt giới hạn hợp lý. Không số nào bị sửa: hãy tìm dữ kiện sai hoặc thiếu.", "Figures of this unit and those directly below, in the period shown, that pass what can be. None was changed: look for the fact that is wrong or missing.";
    bound: "Giới hạn", "Bound";
    taken_away: "Trừ", "Less";
    said_as: "Loại", "Kind";
    not_counted: "sổ không đếm", "not counted";
    not_in_ledger: "sổ chưa có", "not in the ledger";
    not_comparable: "không so được", "not comparable";
    cannot_ask: "không hỏi được", "cannot be asked";
    back_home: "Về trang đầu", "To the first page";
    error_404: "Không có trang này", "There is no such page";
    error_404_way: "Địa chỉ có thể đã đổi, hoặc mã của đơn vị hay của chỉ số không đúng. Hãy tìm đơn vị theo tên hay mã.", "The address may have changed, or the key of the unit or indicator is wrong. Find the unit by name or code.";
    error_403: "Phần này cần quyền khác", "This part needs another role";
    error_403_way: "Hãy đăng nhập bằng tài khoản có quyền. Trang vận hành dành cho người vận hành và kiểm toán.", "Sign in with an account that has the right. Operations are for operators and auditors.";
    error_400: "Câu hỏi chưa rõ", "The question is not clear";
    error_400_way: "Giá trị dưới đây trong địa chỉ không đọc được. Hãy chọn lại kỳ, lịch hoặc địa giới, hoặc tìm lại đơn vị.", "The value below in the address cannot be read. Choose period, calendar or boundaries again, or find the unit again.";
    error_401_way: "Hãy đăng nhập rồi thử lại.", "Sign in and try again.";
    error_413_way: "Những gì đã gửi vượt quá giới hạn. Hãy gửi ít hơn.", "What was sent is over the limit. Send less.";
    error_other_way: "Hãy quay lại trang trước, tải lại trang rồi thử lại.", "Go back, load the page anew and try again.";
    error_500: "Hệ thống gặp lỗi", "Something went wrong here";
    error_500_way: "Lỗi đã được ghi lại. Số liệu không bị ảnh hưởng. Xin thử lại sau ít phút.", "The error has been recorded. Figures are not affected. Please try again in a few minutes.";
    error_503: "Hệ thống đang bận", "Busy";
    closings: "Chốt số liệu", "Closings";
    why_this: "Từ đâu ra?", "Where from?";
    error_later: "Xin thử lại sau ít phút. Không có gì bị mất.", "Please try again in a few minutes. Nothing is lost.";
    sign_in_wait: "Đã sai nhiều lần. Xin đợi {0} giây rồi thử lại.", "Wrong too often. Please wait {0} seconds and try again.";
    sign_in_busy: "Đang có nhiều người đăng nhập. Xin thử lại sau giây lát.", "Many people are signing in. Please try again in a moment.";
    sign_in_unable: "Chưa đăng nhập được do lỗi của hệ thống. Xin báo người vận hành.", "Signing in failed for a reason of ours. Please tell the operator.";
    foot: "Mọi con số tính lại được từ sổ {0} đến vị trí {1}. Trang lập lúc {2}.", "Every figure can be recomputed from journal {0} up to position {1}. Page made at {2}.";
    footer_nav: "Chân trang", "Footer";
    api: "API", "API";
    allocated_mark: "≈ phân bổ: một xã chia cho nhiều đơn vị mới, và không rõ phần nào.", "≈ allocated: a commune was divided and it is not known which part.";
    wider_note: "Dấu +: đơn vị hiện nay này còn nhận xã của đơn vị khác.", "The mark +: this unit of today took in places of other units, too.";
}

#[cfg(test)]
mod tests {
    use super::super::{two_step, words};
    use super::*;

    fn all() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
        BOTH.iter().chain(words::BOTH).chain(two_step::words::BOTH)
    }

    #[test]
    fn every_text_is_there_in_both_languages_with_the_same_holes() {
        for (name, vi, en) in all() {
            assert!(!vi.is_empty() && !en.is_empty(), "{name}");
            for hole in ["{0}", "{1}", "{2}", "{time}"] {
                assert_eq!(vi.contains(hole), en.contains(hole), "{name} {hole}");
            }
        }
    }

    #[test]
    fn one_idea_has_one_word() {
        let table = [
            ("fact", "dữ kiện", &["sự kiện", "bản ghi", "sự việc"][..]),
            ("indicator", "chỉ số", &["chỉ tiêu"]),
            ("target", "chỉ tiêu", &["chỉ số", "mục tiêu"]),
        ];
        for (name, vi, en) in all() {
            let (vi, en) = (vi.to_lowercase(), en.to_lowercase());
            for (idea, word, others) in table {
                let about = en
                    .split(|c: char| !c.is_alphabetic())
                    .any(|one| one.strip_suffix('s').unwrap_or(one) == idea);
                if about {
                    assert!(vi.contains(word), "{name}: {vi}");
                    assert!(!others.iter().any(|other| vi.contains(other)), "{name}: {vi}");
                }
            }
        }
    }

    #[test]
    fn holes_are_filled_once_and_what_was_filled_in_is_not_read_again() {
        for (sentence, values, expected) in [
            ("còn {0} hộ", &["1.751"][..], "còn 1.751 hộ"),
            ("{1} {0}", &["a", "b"], "b a"),
            ("{0}", &["{1}", "x"], "{1}"),
            ("{9}", &[], "{9}"),
            ("cũ {time}", &[], "cũ {time}"),
            ("mở {", &["x"], "mở {"),
        ] {
            assert_eq!(fill(sentence, values), expected);
        }
    }
}
