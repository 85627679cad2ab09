use speech::{ErrorKind, SpeechError, Voice, VoiceStatus};

/// The voice of that name among those of a backend.
///
/// # Errors
/// [`ErrorKind::UnknownVoice`] with the names that are there, or [`ErrorKind::VoiceUnavailable`] with the reason.
pub(crate) fn voice_of(backend: &str, voices: &[Voice], name: &str) -> Result<Voice, SpeechError> {
    let Some(voice) = voices.iter().find(|voice| voice.id.voice == name) else {
        let message = format!("The backend {backend} has no voice of that name.");
        return Err(SpeechError::new(ErrorKind::UnknownVoice, message)
            .about("voice")
            .allowing(voices.iter().map(|voice| &voice.id.voice)));
    };
    match &voice.status {
        VoiceStatus::Available => Ok(voice.clone()),
        VoiceStatus::Unavailable { reason } => {
            Err(SpeechError::new(ErrorKind::VoiceUnavailable, reason).about("voice"))
        }
    }
}
