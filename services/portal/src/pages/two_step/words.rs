//! What the pages of two-step sign-in say, in both languages.

use proto::gazetteer::Lang;

use super::super::text::texts;

/// The texts of a language.
pub(crate) fn of(lang: Lang) -> &'static Texts {
    match lang {
        Lang::Vi => &VI,
        Lang::En => &EN,
    }
}

texts! {
    why: "Ngoài mật khẩu, mỗi lần đăng nhập cần thêm một mã 6 số do ứng dụng trên điện thoại của bạn tạo ra. Ai chỉ biết mật khẩu thì không vào được.", "Beside the password, each sign-in then asks for six digits that an app on your telephone makes. Whoever knows only the password does not come in.";
    must: "Vai trò của bạn phải bật xác thực hai lớp. Bật xong mới xem được các trang khác.", "Your role has to have two-step sign-in. Turn it on to see other pages.";
    how: "Bật xác thực hai lớp", "Turn it on";
    how_app: "Cài một ứng dụng tạo mã trên điện thoại (loại TOTP), ví dụ Aegis, FreeOTP hoặc Google Authenticator.", "Install an app that makes codes (TOTP) on your telephone, for example Aegis, FreeOTP or Google Authenticator.";
    how_scan: "Quét hình bằng ứng dụng ấy, hoặc nhập khóa bằng tay. Đừng cho ai khác thấy.", "Scan the picture with that app, or type the key. Let nobody else see them.";
    how_confirm: "Nhập mã mà ứng dụng đang hiện và mật khẩu của bạn.", "Enter the code that the app shows now, and your password.";
    picture: "Hình QR chứa khóa bên cạnh", "QR code with the key beside it";
    key: "Khóa", "Key";
    open_app: "Mở trong ứng dụng trên điện thoại này", "Open in an app on this telephone";
    code: "Mã 6 số", "Six-digit code";
    code_any: "Mã 6 số hoặc mã khôi phục", "Six-digit code or recovery code";
    recovery_code: "Mã khôi phục", "Recovery code";
    turn_on: "Bật", "Turn on";
    state: "Đang bật", "It is on";
    since: "Bật từ ngày", "Since";
    left: "Mã khôi phục còn lại", "Recovery codes left";
    left_of: "{0} trên 10", "{0} of 10";
    left_none: "Không còn mã khôi phục nào. Mất điện thoại thì chỉ người vận hành giúp được: hãy tạo mã mới.", "No recovery code is left. Without your telephone only the operator could help: make new ones.";
    renew: "Mã khôi phục mới", "New recovery codes";
    renew_sub: "Thay mọi mã còn lại bằng 10 mã mới.", "Ten new ones instead of all that are left.";
    renew_do: "Tạo mã mới", "Make new codes";
    off: "Tắt xác thực hai lớp", "Turn it off";
    off_sub: "Khi đó mật khẩu là đủ để vào. Đổi điện thoại: tắt, rồi bật lại với điện thoại mới.", "The password alone lets in then. For a new telephone: turn it off, and on again with the new one.";
    off_do: "Tắt", "Turn off";
    codes: "Mã khôi phục của bạn", "Your recovery codes";
    codes_once: "Các mã này chỉ hiện một lần, ngay bây giờ. Hãy chép hoặc in ra và cất nơi an toàn. Mỗi mã thay cho mã 6 số được một lần, khi bạn không có điện thoại.", "These codes are shown once, now. Write them down or print them, and keep them safe. Each stands for the six digits once, when you have no telephone.";
    go_on: "Đã cất, tiếp tục", "Kept them, go on";
    now_on: "Đã bật. Các phiên khác của bạn đã kết thúc.", "It is on. Your other sessions have ended.";
    now_off: "Đã tắt. Các phiên khác của bạn đã kết thúc.", "It is off. Your other sessions have ended.";
    now_new: "Đã tạo mã mới. Các mã cũ không dùng được nữa.", "New codes are made. The old ones are no good any more.";
    incomplete: "Hãy nhập cả mã và mật khẩu.", "Enter both the code and the password.";
    wrong_both: "Mật khẩu hoặc mã không đúng. Nếu mã vẫn bị từ chối, hãy xem đồng hồ của điện thoại có đúng giờ không.", "The password or the code is wrong. If codes are refused again, see whether the clock of your telephone is right.";
    late_page: "Trang đã cũ: xác thực hai lớp đã thay đổi. Hãy xem lại trang này rồi làm lại.", "The page was too old: two-step sign-in has changed meanwhile. Look at it again and begin anew.";
    code_title: "Nhập mã", "Enter the code";
    code_why: "Mật khẩu đúng. Hãy nhập mã mà ứng dụng trên điện thoại đang hiện. Trang này có hạn 5 phút.", "The password is right. Enter the code that the app on your telephone shows. You have five minutes.";
    code_lost: "Không có điện thoại?", "No telephone at hand?";
    code_lost_way: "Nhập một mã khôi phục. Không còn mã nào thì nhờ người vận hành.", "Enter a recovery code. If none is left, ask the operator.";
    code_wrong: "Mã không đúng. Hãy nhập mã đang hiện; nếu vẫn bị từ chối, hãy xem đồng hồ của điện thoại có đúng giờ không.", "The code is wrong. Enter the one that is shown now; if it is refused again, see whether the clock of your telephone is right.";
    code_used: "Mã này đã dùng rồi. Mỗi mã chỉ dùng một lần: hãy đợi mã tiếp theo, trong 30 giây.", "This code was used. Each is good once: wait for the next one, within 30 seconds.";
    late: "Đã quá 5 phút, hoặc mật khẩu vừa thay đổi. Xin đăng nhập lại.", "Five minutes are over, or the password has changed. Please sign in again.";
}
