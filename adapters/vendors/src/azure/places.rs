use speech::SpeechError;

use crate::Settings;

/// Clouds with addresses of their own: how their regions begin, the end of their speech servers' addresses, and of those
/// that issue tokens. Everybody else's is the last.
/// <https://learn.microsoft.com/azure/ai-services/speech-service/sovereign-clouds>
const CLOUDS: [(&str, &str, &str); 3] = [
    ("china", "speech.azure.cn", "api.cognitive.azure.cn"),
    ("usgov", "speech.azure.us", "api.cognitive.microsoft.us"),
    ("", "speech.microsoft.com", "api.cognitive.microsoft.com"),
];

/// The ends of the addresses that a resource has for itself.
const CUSTOM_DOMAINS: [&str; 3] =
    [".cognitiveservices.azure.com", ".cognitiveservices.azure.cn", ".cognitiveservices.azure.us"];

/// Where an account's servers are, by their base URLs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Places {
    /// Where Azure's own voices speak.
    pub(super) speech: String,
    /// Where those speak that the account has had made.
    pub(super) custom: String,
    /// Where tokens are issued.
    pub(super) tokens: String,
}

impl Places {
    /// # Errors
    /// Neither a region nor a `base_url`, or both, or a region that no address can hold.
    pub(super) fn of(settings: &Settings) -> Result<Self, SpeechError> {
        let name = &settings.name;
        let places = match (settings.azure.region.as_deref(), settings.base_url.as_deref()) {
            (Some(region), None) => Self::in_region(region).ok_or_else(|| {
                let message = format!("The region of the backend {name} is no name as westeurope is one.");
                SpeechError::invalid_parameter("region", message)
            })?,
            (None, Some(base_url)) => Self::at(base_url),
            (None, None) => {
                let message = format!("The backend {name} needs the region of its account, or a base_url.");
                return Err(SpeechError::invalid_parameter("region", message));
            }
            (Some(_), Some(_)) => {
                let message =
                    format!("The backend {name} has a region and a base_url; one of them is enough.");
                return Err(SpeechError::invalid_parameter("region", message));
            }
        };
        let own = settings.azure.token_url.clone();
        Ok(Self { tokens: own.unwrap_or(places.tokens), ..places })
    }

    /// `West Europe` is `westeurope`.
    fn in_region(region: &str) -> Option<Self> {
        let region: String = region.chars().filter(|c| *c != ' ').flat_map(char::to_lowercase).collect();
        if region.is_empty() || !region.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let (_, speech, tokens) = CLOUDS.into_iter().find(|(begin, ..)| region.starts_with(begin))?;
        Some(Self {
            speech: format!("https://{region}.tts.{speech}"),
            custom: format!("https://{region}.voice.{speech}"),
            tokens: issued_at(&format!("https://{region}.{tokens}")),
        })
    }

    /// What Azure's portal calls the endpoint of a resource stands for its region, or for the address that the resource
    /// has for itself. Anything else is a server that answers as Azure's own do.
    fn at(base_url: &str) -> Self {
        let base_url = base_url.trim_end_matches('/');
        let (scheme, rest) = base_url.split_once("://").unwrap_or(("", base_url));
        let host = rest.split('/').next().unwrap_or_default();
        let region = CLOUDS.iter().find_map(|(.., tokens)| host.strip_suffix(tokens)?.strip_suffix('.'));
        if let Some(places) = region.and_then(Self::in_region) {
            return places;
        }
        let origin = format!("{scheme}://{host}");
        let is_bare_resource = host == rest && CUSTOM_DOMAINS.iter().any(|end| host.ends_with(end));
        let below =
            |folder: &str| if is_bare_resource { format!("{origin}/{folder}") } else { base_url.into() };
        Self { speech: below("tts"), custom: below("voice"), tokens: issued_at(&origin) }
    }
}

fn issued_at(origin: &str) -> String {
    format!("{origin}/sts/v1.0/issueToken")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(places: Places) -> [String; 3] {
        [places.speech, places.custom, places.tokens]
    }

    #[test]
    fn a_region_lies_in_its_cloud() {
        let of = |region: &str| shown(Places::in_region(region).unwrap());
        assert_eq!(
            of("West Europe"),
            [
                "https://westeurope.tts.speech.microsoft.com",
                "https://westeurope.voice.speech.microsoft.com",
                "https://westeurope.api.cognitive.microsoft.com/sts/v1.0/issueToken",
            ]
        );
        assert_eq!(
            of("chinaeast2"),
            [
                "https://chinaeast2.tts.speech.azure.cn",
                "https://chinaeast2.voice.speech.azure.cn",
                "https://chinaeast2.api.cognitive.azure.cn/sts/v1.0/issueToken",
            ]
        );
        assert_eq!(
            of("usgovvirginia"),
            [
                "https://usgovvirginia.tts.speech.azure.us",
                "https://usgovvirginia.voice.speech.azure.us",
                "https://usgovvirginia.api.cognitive.microsoft.us/sts/v1.0/issueToken",
            ]
        );
        for wrong in ["", "east/us", "evil.example#", "ost-eu"] {
            assert_eq!(Places::in_region(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_base_url_may_be_what_the_portal_shows_or_any_server() {
        let of = |base_url: &str| shown(Places::at(base_url));
        assert_eq!(
            of("https://eastus.api.cognitive.microsoft.com/"),
            shown(Places::in_region("eastus").unwrap())
        );
        assert_eq!(
            of("https://mine.cognitiveservices.azure.com/"),
            [
                "https://mine.cognitiveservices.azure.com/tts",
                "https://mine.cognitiveservices.azure.com/voice",
                "https://mine.cognitiveservices.azure.com/sts/v1.0/issueToken",
            ]
        );
        assert_eq!(
            of("https://mine.cognitiveservices.azure.com/elsewhere")[0],
            "https://mine.cognitiveservices.azure.com/elsewhere"
        );
        assert_eq!(
            of("http://127.0.0.1:8080/tts/"),
            [
                "http://127.0.0.1:8080/tts",
                "http://127.0.0.1:8080/tts",
                "http://127.0.0.1:8080/sts/v1.0/issueToken"
            ]
        );
    }
}
