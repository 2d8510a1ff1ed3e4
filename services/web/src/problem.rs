//! What is said when a request cannot be answered: RFC 9457, in both languages.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The kinds of problem: the closed list of `type`s.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Kind {
    BadRequest,
    Unauthorised,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    TooLarge,
    UnsupportedMedia,
    /// A fact or a parameter is wrong: the reason and the field are told.
    Rejected,
    TooMany,
    /// The world is slow or away: the same again, later.
    Busy,
    Internal,
}

/// A problem, as the answer to a request.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Problem {
    /// `https://tonghop.vn/problem/<kind>`: a name, not necessarily an address.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// In Vietnamese.
    pub title: &'static str,
    /// In English.
    pub title_en: &'static str,
    /// The status code.
    pub status: u16,
    /// What exactly is wrong, and the way out.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The named reason, of a closed list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The parameter or field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The position of the fact that has the source and id already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<u64>,
    /// When to come again, in seconds.
    #[serde(skip)]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// A problem of a kind; `detail` says what exactly, and the way out.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Problem {
        let (status, name, title, title_en) = match kind {
            Kind::BadRequest => (400, "bad-request", "Yêu cầu không hợp lệ", "Bad request"),
            Kind::Unauthorised => (401, "unauthorised", "Cần đăng nhập", "Sign in first"),
            Kind::Forbidden => (403, "forbidden", "Không có quyền", "Not allowed"),
            Kind::NotFound => (404, "not-found", "Không tìm thấy", "Not found"),
            Kind::MethodNotAllowed => {
                (405, "method-not-allowed", "Phương thức không dùng được", "Method not allowed")
            }
            Kind::TooLarge => (413, "too-large", "Dữ liệu quá lớn", "Too large"),
            Kind::UnsupportedMedia => {
                (415, "unsupported-media", "Kiểu dữ liệu không hỗ trợ", "Unsupported media type")
            }
            Kind::Rejected => (422, "rejected", "Dữ kiện bị từ chối", "Rejected"),
            Kind::TooMany => (429, "too-many", "Quá nhiều yêu cầu", "Too many requests"),
            Kind::Busy => (503, "busy", "Hệ thống đang bận", "Busy"),
            Kind::Internal => (500, "internal", "Lỗi hệ thống", "Internal error"),
        };
        let kind = match name {
            "bad-request" => "https://tonghop.vn/problem/bad-request",
            "unauthorised" => "https://tonghop.vn/problem/unauthorised",
            "forbidden" => "https://tonghop.vn/problem/forbidden",
            "not-found" => "https://tonghop.vn/problem/not-found",
            "method-not-allowed" => "https://tonghop.vn/problem/method-not-allowed",
            "too-large" => "https://tonghop.vn/problem/too-large",
            "unsupported-media" => "https://tonghop.vn/problem/unsupported-media",
            "rejected" => "https://tonghop.vn/problem/rejected",
            "too-many" => "https://tonghop.vn/problem/too-many",
            "busy" => "https://tonghop.vn/problem/busy",
            _ => "https://tonghop.vn/problem/internal",
        };
        let detail = detail.into();
        Problem {
            kind,
            title,
            title_en,
            status,
            detail,
            reason: None,
            field: None,
            taken_at: None,
            retry_after: None,
        }
    }

    /// Names the parameter or field that is wrong.
    #[must_use]
    pub fn at(self, field: impl Into<String>) -> Problem {
        Problem { field: Some(field.into()), ..self }
    }

    /// Says when to come again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Problem {
        Problem { retry_after: Some(seconds), ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // For people it is shown as a page, by the door.
        response.extensions_mut().insert(self);
        response
    }
}
