//! Serves the pages: the web bundle in `web/dist`, which is part of the program.

use actix_web::http::Method;
use actix_web::http::header::Header;
use actix_web::http::header::{self, ETag, EntityTag, IfNoneMatch};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::ApiError;
use super::edge::Edge;

/// Debug builds read the folder at run time, so that a page can be rebuilt without the program.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Bundle;

/// Paths that the dashboard's own router answers; with everything below them.
const PAGES: [&str; 7] = ["/login", "/setup", "/chats", "/settings", "/profile", "/analytics", "/canned"];

/// Answers everything that is no URL of the API: files of the bundle, and the dashboard's page for its own paths.
///
/// # Errors
/// `not_found`; 405 for a file asked for with another method than `GET` or `HEAD`.
pub async fn serve(edge: Data<Edge>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let path = request.path();
    if path == "/demo" && edge.config.demo {
        return Ok(HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/demo/")).finish());
    }
    let name = file_name(path, edge.config.demo).ok_or_else(ApiError::not_found)?;
    let file = Bundle::get(&name).ok_or_else(ApiError::not_found)?;
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(ApiError::Method("GET, HEAD".into()));
    }
    Ok(answer(&request, &name, file))
}

/// The file of the bundle that a path stands for.
fn file_name(path: &str, demo: bool) -> Option<String> {
    let below =
        |page: &str| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if path == "/" || PAGES.iter().any(|page| below(page)) {
        return Some("index.html".to_owned());
    }
    let name = path.strip_prefix('/')?;
    match name.strip_prefix("demo/") {
        Some(_) if !demo => None,
        Some(rest) if rest.is_empty() || rest.ends_with('/') => Some(format!("{name}index.html")),
        _ => Some(name.to_owned()),
    }
}

fn answer(request: &HttpRequest, name: &str, file: EmbeddedFile) -> HttpResponse {
    let tag = EntityTag::new_weak(crate::hex::encode(&file.metadata.sha256_hash()[..16]));
    let caching = caching(name);
    let known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Err(_) => false,
    };
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::CACHE_CONTROL, caching)).insert_header(ETag(tag));
    if known {
        return response.finish();
    }
    response.content_type(content_type(&file)).body(file.data.into_owned())
}

/// Names with a hash never change what they stand for; all others are asked for anew, and mostly answered with 304.
fn caching(name: &str) -> &'static str {
    if name.starts_with("assets/") || name.starts_with("widget/") {
        "public, max-age=31536000, immutable"
    } else if name == "widget.js" {
        "public, max-age=300"
    } else {
        "no-cache"
    }
}

fn content_type(file: &EmbeddedFile) -> String {
    let kind = file.metadata.mimetype();
    let text = kind.starts_with("text/") || matches!(kind, "application/json" | "image/svg+xml");
    if text { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stands_for_a_file_or_the_dashboard_or_nothing() {
        let of = |path| file_name(path, true);
        for page in [
            "/",
            "/login",
            "/setup",
            "/chats",
            "/chats/c_1",
            "/settings/members",
            "/profile",
            "/analytics",
            "/canned",
        ] {
            assert_eq!(of(page).as_deref(), Some("index.html"), "{page}");
        }
        assert_eq!(of("/loginx").as_deref(), Some("loginx"));
        assert_eq!(of("/assets/a-1.js").as_deref(), Some("assets/a-1.js"));
        assert_eq!(of("/demo/").as_deref(), Some("demo/index.html"));
        assert_eq!(of("/demo/pot.html").as_deref(), Some("demo/pot.html"));
        assert_eq!(file_name("/demo/", false), None);
        assert_eq!(file_name("/demo/pot.html", false), None);
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_good() {
        assert!(caching("assets/index-1.js").contains("immutable"));
        assert!(caching("widget/panel-1.js").contains("immutable"));
        assert!(!caching("widget.js").contains("immutable"));
        assert_eq!(caching("index.html"), "no-cache");
    }
}
