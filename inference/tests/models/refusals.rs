//! Archives that are not what the manifest says, and archives that are but should not have been made.

use tar::EntryType::{Link, Regular, Symlink};

use super::house::{House, names_in, tell};
use super::kit::models;
use super::package::{self, Archive, tarball_with, wheel, wheel_with};
use super::registry::Registry;

#[test]
fn an_archive_with_other_bytes_is_refused_unopened() {
    let models = models();
    for (number, name) in ["kit/model.onnx", "kit/voices"].into_iter().enumerate() {
        let honest = &models.archives[number * 2];
        let mut changed = honest.clone();
        // In a tarball, the time in gzip's header: npm itself notices a change anywhere else.
        let place = if number == 0 { changed.bytes.len() / 2 } else { 4 };
        changed.bytes[place] ^= 1;
        let mut grown = honest.clone();
        grown.bytes.extend([0; 100]);
        for (archive, why) in [(changed, "other bytes than its sha256 says"), (grown, "longer than its")] {
            let registry = models.registry();
            registry.add(&archive);
            let told = tell(models.house.puller(&registry.address).arg(name).output().unwrap());
            assert_eq!(told.code, Some(5));
            assert!(
                told.error.contains(&format!("{} {} is refused", honest.name, honest.version)),
                "{}",
                told.error
            );
            assert!(told.error.contains(why), "{}", told.error);
        }
    }
    assert_eq!(models.house.lies_in("files"), [""; 0]);
}

/// The registry serves just what the manifest says; but what it says is badly made.
#[track_caller]
fn assert_refused(archive: &Archive, member: &str, content: &[u8], why: &str) {
    let mut house = House::new();
    house.package("p", archive);
    house.file("x", content, &[("p", member)], "");
    let told = house.pull(&Registry::serve(&[archive]));
    assert_eq!(told.code, Some(5));
    assert!(told.error.contains(why), "{}", told.error);
    assert_eq!((house.lies_in("files"), house.lies_in("staging")), (vec![], vec![]));
    assert_eq!(names_in(house.dir.path()), ["cache", "key", "key.pub", "models.toml", "models.toml.minisig"]);
}

#[test]
fn a_wheel_that_leads_out_of_itself_or_holds_links_or_lies_is_refused() {
    let plain = zip::write::SimpleFileOptions::default();
    let linked = wheel_with("linked", &[], |zip| zip.add_symlink("linked/x", "/etc/passwd", plain).unwrap());
    assert_refused(&linked, "linked/x", b"x", "is a link, not a file");
    for (honest, evil) in [("ab/cdefgh", "../../../x"), ("abcd", "/tmp/evil")] {
        // The library does not write such names, so they are put into its bytes: same length, no other change.
        let honest = format!("{honest:_<10}");
        let evil = format!("{evil:_<10}");
        let mut archive = wheel("outside", &[("outside/x", b"x"), (&honest, b"evil")]);
        replace(&mut archive.bytes, honest.as_bytes(), evil.as_bytes());
        assert_refused(&archive, "outside/x", b"x", "leads out of the archive");
    }
    let lacking = wheel("lacking", &[("lacking/x", b"x")]);
    assert_refused(&lacking, "lacking/y", b"y", "it has no member \"lacking/y\"");
    let bomb = wheel("bomb", &[("bomb/x", &vec![0; 50_000_000])]);
    assert_refused(&bomb, "bomb/x", &[0; 10], "is longer than the manifest says");
    let short = wheel("short", &[("short/x", b"four")]);
    assert_refused(&short, "short/x", b"five!", "its x is short, 4 bytes of 5");
    let other = wheel("other", &[("other/x", b"four")]);
    assert_refused(&other, "other/x", b"five", "its x has other bytes than its sha256 says");
}

#[test]
fn a_tarball_that_leads_out_of_itself_or_holds_links_is_refused() {
    for (path, kind, link, why) in [
        ("package/x", Symlink, "/etc/passwd", "is a link, not a file"),
        ("package/x", Link, "/etc/passwd", "is a link, not a file"),
        ("package/../../x", Regular, "", "leads out of the archive"),
        ("../x", Regular, "", "leads out of the archive"),
        ("/tmp/x", Regular, "", "leads out of the archive"),
    ] {
        let archive = tarball_with("evil", &[], |tar| {
            package::append(tar, path, if link.is_empty() { b"evil" } else { b"" }, kind, link);
            package::append(tar, "package/x", b"x", Regular, "");
        });
        assert_refused(&archive, "package/x", b"x", why);
    }
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let places: Vec<_> = (0..bytes.len() - from.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
    assert_eq!(places.len(), 2, "once before the member, once in the directory at the end");
    for at in places {
        bytes[at..][..to.len()].copy_from_slice(to);
    }
}
