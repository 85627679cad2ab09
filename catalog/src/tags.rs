//! BCP 47 tags, as far as voices have them: a language, perhaps a script, perhaps a region.

/// The tag as it is written: `EN_gb` is `en-GB`, `zh-hans` is `zh-Hans`. None where it is no tag: `English`.
pub(crate) fn canonical(tag: &str) -> Option<String> {
    let mut subtags = tag.trim().split(['-', '_']);
    let language = subtags.next().filter(|language| {
        (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic())
    })?;
    let mut written = language.to_ascii_lowercase();
    for subtag in subtags {
        if !(1..=8).contains(&subtag.len()) || !subtag.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        written.push('-');
        match (subtag.len(), subtag.split_at(1)) {
            (2, _) => written.push_str(&subtag.to_ascii_uppercase()),
            (4, (first, rest)) => {
                written.push_str(&first.to_ascii_uppercase());
                written.push_str(&rest.to_ascii_lowercase());
            }
            _ => written.push_str(&subtag.to_ascii_lowercase()),
        }
    }
    Some(written)
}

/// The language of a tag: `en` of `en-GB`.
pub(crate) fn language(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

/// Whether a tag says more than a language.
pub(crate) fn has_region(tag: &str) -> bool {
    let is_region = |subtag: &str| {
        subtag.len() == 2 || (subtag.len() == 3 && subtag.bytes().all(|byte| byte.is_ascii_digit()))
    };
    tag.split('-').skip(1).any(is_region)
}

/// Whether a tag is of that range (RFC 4647, basic filtering): `en` takes in `en-GB`, and Norwegian both of its kinds. Both
/// are canonical, or both in lower case.
pub(crate) fn takes_in(range: &str, tag: &str) -> bool {
    let begins =
        |range: &str| tag.strip_prefix(range).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    begins(range) || (range == "no" && (begins("nb") || begins("nn")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_written_as_such_and_a_name_is_none() {
        for (tag, written) in [
            ("en", Some("en")),
            ("EN_gb", Some("en-GB")),
            ("zh-hans-cn", Some("zh-Hans-CN")),
            ("es-419", Some("es-419")),
            ("zh-CN-Liaoning", Some("zh-CN-liaoning")),
            ("English", None),
            ("e", None),
            ("en-", None),
            ("en-ü", None),
            ("12", None),
            ("", None),
        ] {
            assert_eq!(canonical(tag).as_deref(), written, "{tag}");
        }
    }

    #[test]
    fn a_range_takes_in_what_is_narrower() {
        assert!(takes_in("en", "en") && takes_in("en", "en-GB") && takes_in("zh-Hans", "zh-Hans-CN"));
        assert!(!takes_in("en-GB", "en") && !takes_in("e", "en") && !takes_in("en", "enm"));
        assert!(has_region("en-GB") && has_region("es-419") && !has_region("zh-Hans") && !has_region("en"));
        assert_eq!((language("en-GB"), language("de")), ("en", "de"));
    }
}
