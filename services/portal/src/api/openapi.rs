//! The description of the API, made from its handlers (OpenAPI 3.1).

mod whole;

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi, ToSchema};
use web::Problem;

use super::asked::Asked;
use super::reply::JSON;
use crate::App;

/// A problem (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
#[allow(dead_code)]
struct ProblemBody {
    /// `https://tonghop.vn/problem/bad-request`, …: a name of the kind.
    r#type: String,
    /// The kind in Vietnamese.
    title: String,
    /// The kind in English.
    title_en: String,
    /// The status code.
    status: u16,
    /// What exactly is wrong, and the way out.
    detail: Option<String>,
    /// A named reason, of a closed list.
    reason: Option<String>,
    /// The parameter or field that is wrong.
    field: Option<String>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tổng Hợp",
        description = "Rollups of Viet Nam's poverty-reduction programme: figures, movements, targets, findings. \
                       Numbers are whole and exact; shares carry numerator and denominator and are never rounded. \
                       Every answer has `position`, up to which facts are folded.",
    ),
    paths(
        super::units::list,
        super::units::one,
        super::units::children,
        super::indicators::list,
        super::indicators::one,
        super::figures::figures,
        super::movements::movements,
        super::targets::targets,
        super::findings::findings,
        super::audit::explain,
        super::audit::closings,
        super::audit::revisions,
        super::audit::vintage,
        super::pack::pack,
        super::audit::checkpoint,
        super::milestones::page,
        super::position::position,
        crate::live::serve::topic,
        crate::live::serve::page,
        document,
    ),
    components(schemas(ProblemBody)),
    modifiers(&Common),
    tags(
        (name = "units", description = "Administrative units of three generations"),
        (name = "indicators", description = "The catalogue"),
        (name = "figures", description = "What the facts come to"),
        (name = "findings", description = "What the fold noticed"),
        (name = "audit", description = "What was closed, where figures come from, what changed since"),
        (name = "milestones", description = "Figures that crossed a line, and those taken back"),
        (name = "live", description = "Changes as they happen"),
        (name = "operations", description = "How far the figures are"),
    ),
)]
struct Api;

/// What every operation has: the language, ETags, problems.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        for (path, item) in &mut document.paths.paths {
            let Some(operation) = &mut item.get else { continue };
            language(operation);
            let live = path.starts_with("/v1/live");
            let tagged = !live
                && path != "/v1/position"
                && path != "/v1/milestones"
                && path != "/v1/openapi.json";
            if tagged {
                let unchanged = "The client has it already (`If-None-Match`)";
                let unchanged = ResponseBuilder::new().description(unchanged).build();
                operation.responses.responses.insert("304".to_owned(), unchanged.into());
                etag(operation);
            }
            let mut problems = vec![
                ("400", "A parameter is unknown or cannot be read; `field` names it"),
                ("401", "A token or session that is not, or no longer, valid"),
                ("403", "Not allowed"),
                ("405", "Only GET"),
                ("429", "Too many requests; `Retry-After` says when to come again"),
                ("500", "Our fault"),
                ("503", "Busy; `Retry-After` says when to come again"),
            ];
            if path.contains('{') || path == "/v1/live/page" {
                problems.push(("404", "There is no such thing; `detail` tells what is near"));
            }
            for (status, description) in problems {
                let content =
                    ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
                let response = ResponseBuilder::new()
                    .description(description)
                    .content("application/problem+json", content)
                    .build();
                operation.responses.responses.insert(status.to_owned(), response.into());
            }
        }
    }
}

/// `lang` may be given everywhere; problems and JSON have both languages.
fn language(operation: &mut Operation) {
    use utoipa::openapi::Required;
    use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
    let parameters = operation.parameters.get_or_insert_default();
    if parameters.iter().any(|one| one.name == "lang") {
        return;
    }
    let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["vi", "en"]));
    let lang = ParameterBuilder::new()
        .name("lang")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some("`vi` or `en`; of pages and tables"))
        .schema(Some(schema))
        .build();
    parameters.push(lang);
}

fn etag(operation: &mut Operation) {
    let Some(utoipa::openapi::RefOr::T(response)) = operation.responses.responses.get_mut("200")
    else {
        return;
    };
    let schema = ObjectBuilder::new().schema_type(Type::String);
    let tag = HeaderBuilder::new()
        .schema(schema)
        .description(Some("Changes with the position; send it back as `If-None-Match`"))
        .build();
    response.headers.insert("ETag".to_owned(), tag);
}

pub(super) const DOCUMENT: &[&str] = &[];

/// This description.
#[utoipa::path(
    get, path = "/v1/openapi.json", operation_id = "getDescription", tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object)),
)]
pub(super) async fn document(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    Asked::read(&uri, DOCUMENT)?;
    let headers = [(CONTENT_TYPE, JSON), (CACHE_CONTROL, "public, max-age=300")];
    let described = app.described.get_or_init(|| {
        let mut all = described();
        app.others.iter().for_each(|other| all.merge(other.clone()));
        written(all)
    });
    Ok((headers, described.clone()).into_response())
}

/// A description as it is served.
fn written(document: Document) -> Bytes {
    serde_json::to_vec(&whole::whole(document)).expect("a description is JSON").into()
}

/// What the portal itself has.
pub(super) fn described() -> Document {
    Api::openapi()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::api;

    fn json() -> Value {
        whole::whole(described())
    }

    #[test]
    fn what_is_described_is_what_is_read() {
        let table: [(&str, &[&str]); 19] = [
            ("/v1/units", api::units::LIST),
            ("/v1/units/{key}", api::units::ONE),
            ("/v1/units/{key}/children", api::units::CHILDREN),
            ("/v1/indicators", api::indicators::LIST),
            ("/v1/indicators/{id}", api::indicators::ONE),
            ("/v1/figures", api::figures::FIGURES),
            ("/v1/movements", api::movements::MOVEMENTS),
            ("/v1/targets", api::targets::TARGETS),
            ("/v1/findings", api::findings::FINDINGS),
            ("/v1/explain", api::audit::EXPLAIN),
            ("/v1/closings", api::audit::CLOSINGS),
            ("/v1/revisions", api::audit::REVISIONS),
            ("/v1/vintages/{id}", api::audit::FILE),
            ("/v1/vintages/{id}/pack", api::audit::FILE),
            ("/v1/checkpoints/{size}", api::audit::FILE),
            ("/v1/milestones", api::milestones::PAGE),
            ("/v1/position", api::position::POSITION),
            ("/v1/live", crate::live::serve::TOPIC),
            ("/v1/live/page", crate::live::serve::PAGE),
        ];
        let document = json();
        for (path, known) in table {
            let all = document["paths"][path]["get"]["parameters"].as_array().unwrap();
            let in_query = all.iter().filter(|one| one["in"] == "query");
            let mut described: Vec<&str> =
                in_query.map(|one| one["name"].as_str().unwrap()).collect();
            let mut read: Vec<&str> = known.iter().copied().chain(["lang"]).collect();
            described.sort_unstable();
            read.sort_unstable();
            assert_eq!(described, read, "{path}");
        }
        assert_eq!(document["paths"].as_object().unwrap().len(), table.len() + 1);
        assert_eq!(document["openapi"], "3.1.0");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn walk<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str));
                    fields.values().for_each(|one| walk(one, found));
                }
                Value::Array(all) => all.iter().for_each(|one| walk(one, found)),
                _ => {}
            }
        }
        let (document, mut found) = (json(), Vec::new());
        walk(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn a_problem_has_no_field_that_is_not_described() {
        let problem = Problem::new(web::Kind::BadRequest, "x").at("unit");
        let problem = serde_json::to_value(Problem { reason: Some("r"), ..problem }).unwrap();
        let described = &json()["components"]["schemas"]["Problem"]["properties"];
        for name in problem.as_object().unwrap().keys() {
            assert!(described.get(name).is_some(), "{name}");
        }
    }
}
