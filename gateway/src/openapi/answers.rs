//! What several routes take and answer alike.

use std::collections::{BTreeMap, BTreeSet};

use speech::{Codec, Fallback, Policy};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr, Required};
use utoipa::{IntoParams, IntoResponses, ToSchema as _};
use wire::soundboard::ErrorEnvelope;
use wire::soundboard::schema::TimedShape;

use crate::doors::headers;
use crate::stack::REQUEST_IDS;

type Responses = BTreeMap<String, RefOr<Response>>;

/// The headers by which any request for speech says whom it may be spoken by, and what it is for.
pub(crate) struct RoutingHeaders;

impl IntoParams for RoutingHeaders {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let policies = one_of(Policy::ALL.iter().map(|policy| policy.name()));
        let fallbacks = one_of(Fallback::ALL.iter().map(|fallback| fallback.name()));
        vec![
            header(headers::POLICY, policies, "How the voice is chosen."),
            header(headers::FALLBACK, fallbacks, "What happens when a backend fails."),
            header("x-soundboard-cache", one_of(["bypass"]), "Speaks anew, and keeps nothing."),
            header(
                "x-soundboard-tag",
                text(),
                "`NAME=VALUE`, with commas in between: what costs are told apart by.",
            ),
        ]
    }
}

/// The headers by which a request for speech says more than its body.
pub(crate) struct AskedHeaders;

impl IntoParams for AskedHeaders {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = RoutingHeaders::into_params(place);
        parameters.extend([
            header(
                "x-soundboard-content-length",
                one_of(["exact"]),
                "Sends nothing before its length is known.",
            ),
            header(
                "idempotency-key",
                text(),
                "Asked again with the same key, the answer is the same, and costs nothing.",
            ),
        ]);
        parameters
    }
}

/// What each header of an answer that speaks says.
const SAYING: [(&str, &str); 12] = [
    ("x-soundboard-backend", "Which backend speaks."),
    ("x-soundboard-voice", "Who speaks, as `backend:voice`."),
    ("x-soundboard-model", "By which model."),
    ("x-soundboard-requested-voice", "Who was asked for."),
    ("x-soundboard-reason", "Why it is this one who speaks."),
    ("x-soundboard-tried", "Who was asked before, and how each failed."),
    (
        "x-soundboard-switched",
        "Who went on in mid-speech, and from which code point on; a trailer, where the sound is sent as it is made.",
    ),
    ("x-soundboard-characters", "Code points of the text."),
    ("x-soundboard-deprecated-after", "The day after which the voice or the model is gone."),
    ("x-soundboard-dropped", "What could not be done, with commas in between."),
    ("x-soundboard-budget", "`exceeded`: a budget that only warns has no room for this."),
    ("x-soundboard-cache", "Whether this was spoken before."),
];

/// The sound, and who speaks.
pub(crate) struct Spoken;

impl IntoResponses for Spoken {
    fn responses() -> Responses {
        let sound = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .build();
        let types: BTreeSet<&str> = Codec::ALL.iter().map(|codec| codec.content_type()).collect();
        let spoken = ResponseBuilder::new().description("The sound, as it is made.");
        let spoken = types.into_iter().fold(spoken, |spoken, media_type| {
            spoken.content(media_type, ContentBuilder::new().schema(Some(sound.clone())).build())
        });
        let spoken = headers::ANSWER.iter().fold(spoken, |spoken, name| {
            let says = SAYING.iter().find(|(known, _)| name == known).map(|(_, says)| *says);
            spoken.header(name.as_str(), HeaderBuilder::new().schema(Some(text())).description(says).build())
        });
        BTreeMap::from([("200".to_owned(), spoken.build().into())])
    }
}

/// The sound; or it and the times of its words, where they are asked for.
pub(crate) struct SpokenOrTimed;

impl IntoResponses for SpokenOrTimed {
    fn responses() -> Responses {
        let mut responses = Spoken::responses();
        let timed = ContentBuilder::new().schema(Some(Ref::from_schema_name(TimedShape::name()))).build();
        for response in responses.values_mut() {
            let RefOr::T(response) = response else { continue };
            for media_type in ["application/json", "application/x-ndjson"] {
                response.content.insert(media_type.to_owned(), RefOr::T(timed.clone()));
            }
        }
        responses
    }
}

/// Why a text may not be spoken, beside what [`Refused`] names.
pub(crate) struct Unspoken;

impl IntoResponses for Unspoken {
    fn responses() -> Responses {
        errors(&[
            ("402", "A budget has no room for it: `budget_exceeded`, `budget_on_hold`."),
            ("404", "There is no such model: `unknown_model`."),
            (
                "409",
                "The first request with this `Idempotency-Key` is still running, or its answer was too long to be kept.",
            ),
            (
                "422",
                "The policy leaves nobody who could speak: `no_candidate`. Or the `Idempotency-Key` was another request's.",
            ),
            ("429", "There are too many requests in too short a time, or a vendor's quota is used up."),
            ("502", "The backend failed."),
        ])
    }
}

/// What any route may answer instead of what it is for.
pub(crate) struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        errors(&[
            (
                "400",
                "The request cannot be taken as it is; `param` says what of it, `allowed` what would be.",
            ),
            ("401", "No key was sent, or one that is nobody's."),
            ("403", "Where there are no keys, a web page from elsewhere may not ask."),
            ("408", "The body did not arrive in time."),
            ("413", "The body is larger than is read."),
            ("415", "The body is not declared to be JSON."),
            ("500", "A defect of ours."),
            ("503", "The gateway is busy, or cannot write its books."),
            ("504", "The deadline passed."),
        ])
    }
}

/// The path names what is not there.
pub(crate) struct Absent;

impl IntoResponses for Absent {
    fn responses() -> Responses {
        errors(&[("404", "There is nothing of that name: `unknown_client`, `unknown_key`, `unknown_voice`.")])
    }
}

/// Names are unique.
pub(crate) struct NameTaken;

impl IntoResponses for NameTaken {
    fn responses() -> Responses {
        errors(&[("409", "Another client has that name: `name_taken`.")])
    }
}

/// Every answer says under which id it is in the log.
pub(super) fn name_request_ids(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        for name in REQUEST_IDS {
            let says = HeaderBuilder::new().schema(Some(text())).description(Some("The id of the request."));
            response.headers.insert(name.to_string(), says.build().into());
        }
    }
}

fn errors(statuses: &[(&str, &str)]) -> Responses {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorEnvelope::name()))).build();
    let error = |(status, says): &(&str, &str)| {
        let response = ResponseBuilder::new().description(*says).content("application/json", body.clone());
        ((*status).to_owned(), response.build().into())
    };
    statuses.iter().map(error).collect()
}

fn header(name: &str, schema: Object, says: &str) -> Parameter {
    let parameter =
        ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::False);
    parameter.schema(Some(Schema::Object(schema))).description(Some(says)).build()
}

fn text() -> Object {
    Object::with_type(Type::String)
}

fn one_of(names: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build()
}
