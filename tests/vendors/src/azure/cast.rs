//! Azure's voices, as far as they are numbered and named. [`voices`](super::voices) lists them with all their fields.

use crate::roster::Voice;

/// Those that clients' examples and tests name: short name, display name, gender.
const WELL_KNOWN: [[&str; 3]; 11] = [
    ["en-US-AvaMultilingualNeural", "Ava Multilingual", "female"],
    ["en-US-JennyNeural", "Jenny", "female"],
    ["en-US-GuyNeural", "Guy", "male"],
    ["en-US-AriaNeural", "Aria", "female"],
    ["en-GB-SoniaNeural", "Sonia", "female"],
    ["de-DE-KatjaNeural", "Katja", "female"],
    ["fr-FR-DeniseNeural", "Denise", "female"],
    ["es-ES-ElviraNeural", "Elvira", "female"],
    ["zh-CN-XiaoxiaoNeural", "Xiaoxiao", "female"],
    ["ja-JP-NanamiNeural", "Nanami", "female"],
    ["en-US-Ava:DragonHDLatestNeural", "Ava Dragon HD Latest", "female"],
];

/// Given names of the others, none of them among the well-known.
const NAMES: [(&str, &str); 31] = [
    ("Amber", "female"),
    ("Andrew", "male"),
    ("Anna", "female"),
    ("Robin", "neutral"),
    ("Brian", "male"),
    ("Clara", "female"),
    ("Daniel", "male"),
    ("Elena", "female"),
    ("Emil", "male"),
    ("Fatima", "female"),
    ("Felix", "male"),
    ("Greta", "female"),
    ("Hugo", "male"),
    ("Irene", "female"),
    ("Ivan", "male"),
    ("Julia", "female"),
    ("Karim", "male"),
    ("Laila", "female"),
    ("Luca", "male"),
    ("Maya", "female"),
    ("Milan", "male"),
    ("Nora", "female"),
    ("Omar", "male"),
    ("Paula", "female"),
    ("Rafael", "male"),
    ("Sara", "female"),
    ("Simon", "male"),
    ("Tara", "female"),
    ("Viktor", "male"),
    ("Yara", "female"),
    ("Zoltan", "male"),
];

/// Locales and their names.
#[rustfmt::skip]
pub(super) const LOCALES: [(&str, &str); 83] = [
    ("en-US", "English (United States)"),
    ("en-GB", "English (United Kingdom)"),
    ("en-AU", "English (Australia)"),
    ("en-CA", "English (Canada)"),
    ("en-IN", "English (India)"),
    ("en-IE", "English (Ireland)"),
    ("en-NZ", "English (New Zealand)"),
    ("en-ZA", "English (South Africa)"),
    ("en-SG", "English (Singapore)"),
    ("en-KE", "English (Kenya)"),
    ("de-DE", "German (Germany)"),
    ("de-AT", "German (Austria)"),
    ("de-CH", "German (Switzerland)"),
    ("fr-FR", "French (France)"),
    ("fr-CA", "French (Canada)"),
    ("fr-BE", "French (Belgium)"),
    ("fr-CH", "French (Switzerland)"),
    ("es-ES", "Spanish (Spain)"),
    ("es-MX", "Spanish (Mexico)"),
    ("es-AR", "Spanish (Argentina)"),
    ("es-CO", "Spanish (Colombia)"),
    ("es-US", "Spanish (United States)"),
    ("it-IT", "Italian (Italy)"),
    ("pt-BR", "Portuguese (Brazil)"),
    ("pt-PT", "Portuguese (Portugal)"),
    ("nl-NL", "Dutch (Netherlands)"),
    ("nl-BE", "Dutch (Belgium)"),
    ("sv-SE", "Swedish (Sweden)"),
    ("nb-NO", "Norwegian Bokmål (Norway)"),
    ("da-DK", "Danish (Denmark)"),
    ("fi-FI", "Finnish (Finland)"),
    ("is-IS", "Icelandic (Iceland)"),
    ("pl-PL", "Polish (Poland)"),
    ("cs-CZ", "Czech (Czechia)"),
    ("sk-SK", "Slovak (Slovakia)"),
    ("hu-HU", "Hungarian (Hungary)"),
    ("ro-RO", "Romanian (Romania)"),
    ("bg-BG", "Bulgarian (Bulgaria)"),
    ("el-GR", "Greek (Greece)"),
    ("hr-HR", "Croatian (Croatia)"),
    ("sl-SI", "Slovenian (Slovenia)"),
    ("sr-RS", "Serbian (Cyrillic, Serbia)"),
    ("sr-Latn-RS", "Serbian (Latin, Serbia)"),
    ("uk-UA", "Ukrainian (Ukraine)"),
    ("ru-RU", "Russian (Russia)"),
    ("tr-TR", "Turkish (Türkiye)"),
    ("ar-EG", "Arabic (Egypt)"),
    ("ar-SA", "Arabic (Saudi Arabia)"),
    ("ar-AE", "Arabic (United Arab Emirates)"),
    ("he-IL", "Hebrew (Israel)"),
    ("fa-IR", "Persian (Iran)"),
    ("hi-IN", "Hindi (India)"),
    ("bn-IN", "Bengali (India)"),
    ("ta-IN", "Tamil (India)"),
    ("te-IN", "Telugu (India)"),
    ("mr-IN", "Marathi (India)"),
    ("gu-IN", "Gujarati (India)"),
    ("kn-IN", "Kannada (India)"),
    ("ml-IN", "Malayalam (India)"),
    ("ur-PK", "Urdu (Pakistan)"),
    ("zh-CN", "Chinese (Mandarin, Simplified)"),
    ("zh-CN-henan", "Chinese (Zhongyuan Mandarin Henan, Simplified)"),
    ("zh-HK", "Chinese (Cantonese, Traditional)"),
    ("zh-TW", "Chinese (Taiwanese Mandarin, Traditional)"),
    ("ja-JP", "Japanese (Japan)"),
    ("ko-KR", "Korean (Korea)"),
    ("th-TH", "Thai (Thailand)"),
    ("vi-VN", "Vietnamese (Vietnam)"),
    ("id-ID", "Indonesian (Indonesia)"),
    ("ms-MY", "Malay (Malaysia)"),
    ("fil-PH", "Filipino (Philippines)"),
    ("sw-KE", "Kiswahili (Kenya)"),
    ("am-ET", "Amharic (Ethiopia)"),
    ("af-ZA", "Afrikaans (South Africa)"),
    ("zu-ZA", "isiZulu (South Africa)"),
    ("et-EE", "Estonian (Estonia)"),
    ("lv-LV", "Latvian (Latvia)"),
    ("lt-LT", "Lithuanian (Lithuania)"),
    ("ga-IE", "Irish (Ireland)"),
    ("cy-GB", "Welsh (United Kingdom)"),
    ("ca-ES", "Catalan"),
    ("eu-ES", "Basque"),
    ("iu-Latn-CA", "Inuktitut (Latin, Canada)"),
];

pub(crate) fn well_known() -> Vec<Voice> {
    let voice = |&[id, name, gender]: &[&'static str; 3]| {
        let language = LOCALES.iter().find(|(locale, _)| id.starts_with(locale));
        named(id.to_owned(), name.to_owned(), gender, language.map_or("en-US", |(locale, _)| locale))
    };
    WELL_KNOWN.iter().map(voice).collect()
}

/// Voices of every locale in turn: always the same for the same number. Some speak many languages, some are HD.
pub(crate) fn voice(number: u64) -> Voice {
    let turn = number as usize;
    let (locale, _) = LOCALES[turn % LOCALES.len()];
    let (name, gender) = NAMES[turn / LOCALES.len() % NAMES.len()];
    let name = match turn / LOCALES.len() / NAMES.len() {
        0 => name.to_owned(),
        again => format!("{name}{again}"),
    };
    let (id, name) = match turn % 12 {
        0 => (format!("{locale}-{name}MultilingualNeural"), format!("{name} Multilingual")),
        1 => (format!("{locale}-{name}:DragonHDLatestNeural"), format!("{name} Dragon HD Latest")),
        _ => (format!("{locale}-{name}Neural"), name),
    };
    named(id, name, gender, locale)
}

fn named(id: String, name: String, gender: &'static str, locale: &'static str) -> Voice {
    let language = locale.split('-').next().unwrap_or(locale);
    Voice {
        category: if id.contains(":DragonHD") { "NeuralHD" } else { "Neural" },
        id,
        name,
        labels: [
            ("gender", gender),
            ("age", ""),
            ("accent", locale),
            ("descriptive", ""),
            ("use_case", ""),
            ("language", language),
        ],
        created: 0,
    }
}
