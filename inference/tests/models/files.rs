//! What the store takes for a file, and what it says of what it does not take.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use inference::models::{Checksum, Fault, StoreError, default_cache_dir};

use super::house::{House, furnished, names_in};
use super::package::wheel;

#[test]
fn a_file_that_is_right_is_handed_out() {
    let (house, store, content) = furnished();
    assert_eq!(store.bytes("kit/voice.bin").unwrap(), content);
    assert_eq!(fs::read(store.path("kit/voice.bin").unwrap()).unwrap(), content);
    assert!(store.verify().iter().chain(&store.list()).all(|stored| stored.state.is_ok()));
    assert!(store.missing(&["kit"]).unwrap().is_empty());
    assert_eq!(store.source_sha256("kit/voice.bin").unwrap(), Checksum::of(&content));
    assert!(store.derived_dir().starts_with(house.cache()));
}

#[test]
fn a_copied_cache_needs_no_writing() {
    let (house, store, _) = furnished();
    fs::set_permissions(house.cache(), fs::Permissions::from_mode(0o555)).unwrap();
    store.pull(&[], &()).unwrap();
    assert_eq!(names_in(&house.cache()), ["files"]);
    fs::set_permissions(house.cache(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn every_kind_of_damage_is_refused_by_name_and_with_a_way_out() {
    let (house, store, content) = furnished();
    let path = store.path("kit/voice.bin").unwrap();
    let assert_refused = |fault: Fault| {
        let refusals = [
            store.path("kit/voice.bin").map(drop),
            store.bytes("kit/voice.bin").map(drop),
            store.verify().remove(0).state,
        ];
        for refusal in refusals {
            let error = refusal.unwrap_err();
            assert!(
                matches!(&error, StoreError::Damaged { fault: found, .. } if *found == fault),
                "{error:?}"
            );
            assert!(error.is_missing_model());
            let told = error.to_string();
            for part in [
                "kit/voice.bin",
                path.to_str().unwrap(),
                &fault.to_string(),
                "`voice-soundboard models pull`",
            ] {
                assert!(told.contains(part), "no {part:?} in {told}");
            }
            assert_eq!(told.lines().count(), 1);
        }
    };
    for bit in [0, 1, 400_003, content.len() * 8 - 1] {
        let mut flipped = content.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, flipped).unwrap();
        assert_refused(Fault::Changed);
    }
    let expected = content.len() as u64;
    for found in [0, 1, expected - 1] {
        fs::write(&path, &content[..found as usize]).unwrap();
        assert_refused(Fault::Short { found, expected });
    }
    fs::write(&path, [&content[..], b"!"].concat()).unwrap();
    assert_refused(Fault::Long { expected });

    // A link is refused even to the right bytes: what it leads to can change its mind.
    let right = house.path("right");
    fs::write(&right, &content).unwrap();
    fs::remove_file(&path).unwrap();
    symlink(&right, &path).unwrap();
    assert_refused(Fault::Symlink);
    fs::remove_file(&right).unwrap();
    assert_refused(Fault::Symlink);

    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_refused(Fault::NotAFile);
}

#[test]
fn a_file_that_was_never_fetched_is_missing_and_says_where_it_was_looked_for() {
    let (_house, store, _) = furnished();
    let path = store.path("kit/voice.bin").unwrap();
    fs::remove_file(&path).unwrap();
    let error = store.bytes("kit/voice.bin").unwrap_err();
    assert!(matches!(error, StoreError::Missing { .. }) && error.is_missing_model());
    assert_eq!(
        error.to_string(),
        format!(
            "kit/voice.bin is missing, looked for at {}; run `voice-soundboard models pull` where there is a network, \
             or copy the cache directory from a machine that has it",
            path.display()
        )
    );
    assert_eq!(store.missing(&["kit/voice.bin"]).unwrap().len(), 1);
}

#[test]
fn a_name_that_is_not_listed_is_not_a_missing_model() {
    let (_house, store, _) = furnished();
    for error in [
        store.path("kit").unwrap_err(),
        store.missing(&["ki"]).unwrap_err(),
        store.pull(&["x"], &()).unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Unknown(_)) && !error.is_missing_model(), "{error:?}");
    }
}

#[test]
fn a_file_for_other_machines_only_is_a_clear_error() {
    let other = if cfg!(target_os = "macos") { "linux-x86_64" } else { "macos-aarch64" };
    let mut house = House::new();
    house.package("p", &wheel("p", &[]));
    house.file("runtime", b"x", &[("p", "x")], &format!("target = \"{other}\""));
    let error = house.store().path("runtime").unwrap_err();
    assert!(matches!(error, StoreError::Target { .. }) && error.is_missing_model());
    assert!(error.to_string().ends_with(&format!("it is for {other}")), "{error}");
}

#[test]
fn the_cache_is_where_the_environment_says() {
    let place = |set: &'static [(&str, &str)]| {
        let variable =
            |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
        default_cache_dir(variable)
    };
    let home = if cfg!(target_os = "macos") { "/home/ann/Library/Caches" } else { "/home/ann/.cache" };
    let ours = |directory: &str| Path::new(directory).join("voice-soundboard");
    assert_eq!(place(&[("HOME", "/home/ann")]).unwrap(), ours(home));
    assert_eq!(place(&[("HOME", "/home/ann"), ("XDG_CACHE_HOME", "/big")]).unwrap(), ours("/big"));
    assert_eq!(place(&[("HOME", "/home/ann"), ("XDG_CACHE_HOME", "relative")]).unwrap(), ours(home));
    assert_eq!(
        place(&[("VOICE_SOUNDBOARD_CACHE", "/models"), ("XDG_CACHE_HOME", "/big")]).unwrap(),
        Path::new("/models")
    );
    let error = place(&[("HOME", "")]).unwrap_err();
    assert!(error.to_string().contains("VOICE_SOUNDBOARD_CACHE"));
}
