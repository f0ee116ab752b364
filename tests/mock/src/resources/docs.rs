//! The published API description: a redirect to a file, without a token.

use http::Method;

use super::super::backend::State;
use super::super::call::Call;
use super::super::reply::Reply;
use super::super::router::Route;
use super::super::sync::read;
use super::route;

pub(super) fn routes() -> Vec<Route> {
    [
        route(Method::GET, "/api/v2/docs/swagger", published),
        route(Method::GET, "/api/v2/docs/swaggerpreview", preview),
        route(
            Method::GET,
            "/presigned/docs/publicapi.json",
            published_file,
        ),
        route(Method::GET, "/presigned/docs/previewapi.json", preview_file),
    ]
    .map(Route::public)
    .to_vec()
}

fn published(state: &State, _: &Call) -> Reply {
    redirect(state, "publicapi.json")
}

fn preview(state: &State, _: &Call) -> Reply {
    redirect(state, "previewapi.json")
}

fn redirect(state: &State, file: &str) -> Reply {
    let base = state.presigned_base();
    Reply::redirect(
        302,
        &format!("{base}/presigned/docs/{file}?X-Signature=mock-signature"),
    )
}

fn published_file(state: &State, _: &Call) -> Reply {
    Reply::json_text(read(&state.settings).published_spec.clone())
}

fn preview_file(state: &State, _: &Call) -> Reply {
    Reply::json_text(read(&state.settings).preview_spec.clone())
}
