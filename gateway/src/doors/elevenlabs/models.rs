//! The models, and how much each takes at a time.

use axum::Json;
use axum::extract::State;
use engine::{Engine, ModelName};
use wire::elevenlabs::{Language, MODELS, Model, USUAL_CHARACTERS};

use crate::doors::Rooms;

/// `GET /v1/models`: every model name that a request may use, ElevenLabs' own among them: applications send those,
/// and are answered by whoever has the voice.
pub(in crate::doors) async fn models(State(rooms): State<Rooms>) -> Json<Vec<Model>> {
    let known = rooms.engine.models();
    let others = MODELS.iter().map(|(id, _)| *id).filter(|id| known.iter().all(|model| model.id != **id));
    let first = known.first().cloned();
    let stood_in_for = first
        .into_iter()
        .flat_map(|first| others.clone().map(move |id| ModelName { id: id.to_owned(), ..first.clone() }));
    Json(known.iter().cloned().chain(stood_in_for).map(described).collect())
}

fn described(ModelName { id, backend, model }: ModelName) -> Model {
    let name = if id == model.id { model.name } else { id.clone() };
    let languages = model.languages.into_iter().map(|tag| Language { name: tag.clone(), language_id: tag });
    let most = limit(&id, model.most_characters);
    Model::new(id, name, format!("Answered by {backend}."), most, languages.collect())
}

/// Code points that a request for this model may have.
pub(super) fn most_characters(engine: &Engine, model: &str) -> usize {
    let known = engine.models().into_iter().find(|known| known.id == model);
    limit(model, known.and_then(|known| known.model.most_characters))
}

/// What its backend says; what ElevenLabs says of a model of that name; or the usual.
fn limit(id: &str, said: Option<usize>) -> usize {
    let elevenlabs = || MODELS.iter().find(|(known, _)| *known == id).map(|(_, most)| *most);
    said.or_else(elevenlabs).unwrap_or(USUAL_CHARACTERS)
}
