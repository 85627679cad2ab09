//! What vendors' own programs call a voice beside its name.

use std::borrow::Cow;

/// What Azure's list puts before the language and the voice in its long names: `... Voice (en-US, JennyNeural)`.
const LONG: &str = "Microsoft Server Speech Text to Speech Voice (";

/// The name of a voice as its vendor lists it. Azure's list has a long name for each voice, too; and where an application names no
/// voice but a language, Microsoft's SDKs write the region small: `en-gb-SoniaNeural`.
pub(super) fn listed_name(name: &str) -> Cow<'_, str> {
    if let Some((language, voice)) =
        name.strip_prefix(LONG).and_then(|rest| rest.strip_suffix(')')).and_then(|rest| rest.split_once(", "))
    {
        return format!("{language}-{voice}").into();
    }
    let is_small = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    match name.splitn(3, '-').collect::<Vec<_>>()[..] {
        [language, region, voice]
            if is_small(language, 2..=3) && is_small(region, 2..=2) && voice.ends_with("Neural") =>
        {
            format!("{language}-{}-{voice}", region.to_ascii_uppercase()).into()
        }
        _ => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azure_s_names_are_those_of_its_list() {
        let long = "Microsoft Server Speech Text to Speech Voice (en-US, JennyNeural)";
        assert_eq!(listed_name(long), "en-US-JennyNeural");
        assert_eq!(listed_name("de-de-KatjaNeural"), "de-DE-KatjaNeural");
        for name in ["en-US-JennyNeural", "alloy", "af_heart", "kokoro:af_heart", "en-us-", "a-b-c", "x, y)"]
        {
            assert_eq!(listed_name(name), name);
        }
    }
}
