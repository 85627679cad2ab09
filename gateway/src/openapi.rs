//! `GET /openapi.json`: our own API, that of both addresses, as a document of OpenAPI 3.1.
//!
//! A route of ours is registered together with its description, and nothing else registers one; so neither can be without
//! the other.

mod answers;

use std::sync::LazyLock;

use axum::response::IntoResponse;
use bytes::Bytes;
use http::header;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::server::{ServerBuilder, ServerVariableBuilder};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Server};
use utoipa::{PartialSchema as _, ToSchema as _};
use wire::soundboard::schema::{KindShape, TimedShape, VisemeShape, WordShape};
use wire::soundboard::{ErrorBody, ErrorEnvelope};

pub(crate) use answers::{
    Absent, AskedHeaders, NameTaken, Refused, RoutingHeaders, Spoken, SpokenOrTimed, Unspoken,
};

use crate::{admin, doors};

/// What each scheme of authentication is called in the document.
const BEARER: &str = "bearer";
const XI_API_KEY: &str = "xi-api-key";

const DESCRIPTION: &str = "Text to speech over several backends. The APIs of OpenAI and ElevenLabs, which are served beside \
                           this one, are described by their vendors.";

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| {
    // Serialising to memory has no way to fail.
    serde_json::to_vec(&document()).unwrap_or_default().into()
});

/// Describes this API.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "health",
    security(()),
    responses((status = 200, description = "This document.", body = serde_json::Value)),
)]
pub(crate) async fn show() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.clone())
}

/// The routes of the public address, and those that only the admin's has.
fn document() -> OpenApi {
    let mut document = frame();
    document.merge(doors::native::routes().into_openapi());
    let mut offices = admin::described().into_openapi();
    offices.paths.paths.retain(|path, _| !document.paths.paths.contains_key(path));
    offices.paths.paths.values_mut().for_each(|path| path.servers = Some(vec![admins_address()]));
    document.merge(offices);
    document.paths.paths.values_mut().flat_map(operations).for_each(answers::name_request_ids);
    document
}

fn frame() -> OpenApi {
    let components = ComponentsBuilder::new()
        .schema(ErrorEnvelope::name(), ErrorEnvelope::schema())
        .schema(ErrorBody::name(), ErrorBody::schema())
        .schema(TimedShape::name(), TimedShape::schema())
        .schema(WordShape::name(), WordShape::schema())
        .schema(VisemeShape::name(), VisemeShape::schema())
        .schema(KindShape::name(), KindShape::schema())
        .security_scheme(
            BEARER,
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        )
        .security_scheme(XI_API_KEY, SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new(XI_API_KEY))));
    let no_scopes: [&str; 0] = [];
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("voice-soundboard")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(DESCRIPTION)),
        )
        .servers(Some([Server::new("/")]))
        .components(Some(components.build()))
        .security(Some([BEARER, XI_API_KEY].map(|scheme| SecurityRequirement::new(scheme, no_scopes))))
        .build()
}

/// `admin_listen` of the configuration, which only whoever runs the gateway knows.
fn admins_address() -> Server {
    let address = ServerVariableBuilder::new().default_value("127.0.0.1:8081");
    ServerBuilder::new()
        .url("http://{admin_listen}")
        .description(Some("The address of whoever runs the gateway."))
        .parameter("admin_listen", address)
        .build()
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, patch, delete, .. } = path;
    [get, put, post, patch, delete].into_iter().flatten()
}
