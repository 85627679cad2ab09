//! Pulls with the real pip and npm, from a registry on loopback.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use super::house::{House, names_in, tell};
use super::kit::{models, noise};
use super::package::{tarball, wheel};
use super::registry::Registry;

#[test]
fn a_pull_fetches_checks_and_keeps_only_what_is_wanted_and_never_again() {
    let models = models();
    let registry = models.registry();
    let mark = models.house.path("mark");
    let told = tell(models.house.puller(&registry.address).env("MARK", &mark).output().unwrap());
    assert_eq!((told.code, &*told.error), (Some(0), ""));
    models.assert_whole();
    assert_eq!(models.house.store().bytes("kit/model.onnx").unwrap(), models.halves.concat());
    assert_eq!(fs::read(models.house.store().path("kit/voices/ann.bin").unwrap()).unwrap(), noise(5_000, 3));
    assert!(!mark.exists(), "a script of the npm package ran");
    for archive in &models.archives {
        let label = format!("{} {}", archive.name, archive.version);
        let size = archive.bytes.len();
        let about: Vec<_> = told.events.iter().filter(|event| event.contains(&label)).cloned().collect();
        assert_eq!(about.first(), Some(&format!("begin {label} {size}")));
        assert_eq!(about.last(), Some(&format!("finish {label}")));
        assert_eq!(about[about.len() - 2], format!("advance {label} {size}"));
    }

    let before = registry.requests("/");
    let again = models.house.pull(&registry);
    assert_eq!((again.code, again.events.len()), (Some(0), 0));
    assert_eq!(registry.requests("/"), before, "nothing is fetched twice");
}

#[test]
fn only_the_packages_of_the_names_asked_for_are_fetched() {
    let models = models();
    let registry = models.registry();
    let told = tell(models.house.puller(&registry.address).arg("kit/voices").output().unwrap());
    assert_eq!(told.code, Some(0));
    assert_eq!((registry.requests("/files/voices"), registry.requests("/simple")), (1, 0));
    let store = models.house.store();
    let missing: Vec<_> = store.missing(&["kit"]).unwrap().iter().map(|file| &*file.name).collect();
    assert_eq!(missing, ["kit/model.onnx"]);
}

#[test]
fn offline_with_nothing_cached_is_one_error_that_names_the_file_the_place_and_the_way_out() {
    let models = models();
    for name in ["kit/model.onnx", "kit/voices/ann.bin"] {
        // Port 9 of loopback: nobody listens there.
        let told =
            tell(models.house.puller("127.0.0.1:9").env("PIP_RETRIES", "1").arg(name).output().unwrap());
        assert_eq!(told.code, Some(5));
        assert_eq!(told.error.lines().count(), 1, "{}", told.error);
        let place = models.house.cache().join("files");
        for part in [
            name,
            place.to_str().unwrap(),
            "cannot reach where it comes from",
            "`voice-soundboard models pull`",
        ] {
            assert!(told.error.contains(part), "no {part:?} in {}", told.error);
        }
        assert_eq!(models.house.lies_in("staging"), [""; 0]);
    }
}

#[test]
fn a_client_that_is_not_installed_is_named_with_what_brings_it() {
    let models = models();
    let registry = models.registry();
    let bin = models.house.path("bin");
    fs::create_dir(&bin).unwrap();
    let without = |name: &str| {
        tell(models.house.puller(&registry.address).arg(name).env("PATH", &bin).output().unwrap())
    };

    let told = without("kit/model.onnx");
    assert_eq!(told.code, Some(5));
    assert!(
        told.error.contains("python3 to fetch it is not installed; install Python 3 with pip"),
        "{}",
        told.error
    );
    let told = without("kit/voices");
    assert!(told.error.contains("npm to fetch it is not installed; install Node.js"), "{}", told.error);

    let python = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    let python = String::from_utf8(python.stdout).unwrap();
    // Without its site-packages, Python has no pip.
    fs::write(bin.join("python3"), format!("#!/bin/sh\nexec {} -I -S \"$@\"\n", python.trim())).unwrap();
    fs::set_permissions(bin.join("python3"), fs::Permissions::from_mode(0o755)).unwrap();
    let told = without("kit/model.onnx");
    assert!(
        told.error.contains("pip to fetch it is not installed; install pip for python3"),
        "{}",
        told.error
    );
}

#[test]
fn a_source_distribution_is_refused_for_its_setup_would_run() {
    let mut house = House::new();
    let mut sdist =
        tarball("source", &[("source-1.0/setup.py", b"import os; open(os.environ['MARK'], 'w')")]);
    sdist.version = "1.0".into();
    sdist.file_name = "source-1.0.whl".into();
    house.package("s", &sdist);
    house.file("x", b"x", &[("s", "x")], "");
    sdist.file_name = "source-1.0.tar.gz".into();
    let registry = Registry::serve(&[&sdist]);
    let mark = house.path("mark");
    let told = tell(house.puller(&registry.address).env("MARK", &mark).output().unwrap());
    assert_eq!(told.code, Some(5));
    assert!(told.error.contains("source 1.0 failed: pip says: ERROR"), "{}", told.error);
    assert!(!mark.exists());
}

#[test]
fn a_second_source_serves_where_the_package_is_gone() {
    let content = noise(40_000, 7);
    let archive = wheel("gone", &[("gone/x.bin", &content)]);
    let registry = Registry::serve(&[]);
    let mut house = House::new();
    house.package("g", &archive);
    let url = format!("url = \"http://{}/x.bin\"", registry.address);
    house.file("x.bin", &content, &[("g", "gone/x.bin")], &url);

    let told = house.pull(&registry);
    assert_eq!(told.code, Some(5));
    assert!(
        told.error.contains("gone 1.0 failed") && told.error.contains("its second source"),
        "{}",
        told.error
    );

    for (sent, why) in [
        (content[1..].to_vec(), "is short, 39999 bytes of 40000"),
        ([&content[..], &[0; 9_000_000]].concat(), "is longer than its 40000 bytes"),
        (noise(40_000, 8), "has other bytes than its sha256 says"),
    ] {
        registry.page("/x.bin", "application/octet-stream", sent);
        let told = house.pull(&registry);
        assert!(told.error.contains(why), "{}", told.error);
        assert_eq!((told.code, house.lies_in("files").len()), (Some(5), 0));
    }

    registry.redirect("/x.bin", "http://example.invalid/x.bin");
    let told = house.pull(&registry);
    assert!(told.error.contains("not an https address"), "{}", told.error);

    registry.page("/y.bin", "application/octet-stream", content.clone());
    registry.redirect("/x.bin", "/y.bin");
    let told = house.pull(&registry);
    assert_eq!((told.code, &*told.error), (Some(0), ""));
    assert_eq!(house.store().bytes("x.bin").unwrap(), content);
}

#[test]
fn a_pull_mends_what_is_damaged_and_follows_no_link() {
    let models = models();
    let registry = models.registry();
    assert_eq!(models.house.pull(&registry).code, Some(0));
    let store = models.house.store();
    let [model, ann, bob] =
        ["kit/model.onnx", "kit/voices/ann.bin", "kit/voices/bob.bin"].map(|name| store.path(name).unwrap());

    fs::write(&model, b"short").unwrap();
    let elsewhere = models.house.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::rename(&ann, elsewhere.join("ann")).unwrap();
    symlink(elsewhere.join("ann"), &ann).unwrap();
    let mut bytes = fs::read(&bob).unwrap();
    bytes[77] ^= 0x10;
    fs::write(&bob, bytes).unwrap();
    // What a dead pull, or worse, left.
    let staging = models.house.cache().join("staging");
    fs::create_dir(staging.join("12345")).unwrap();
    fs::write(staging.join("12345").join("0.0.part"), b"half").unwrap();
    symlink(&elsewhere, staging.join("link")).unwrap();

    let told = models.house.pull(&registry);
    assert_eq!((told.code, &*told.error), (Some(0), ""));
    models.assert_whole();
    assert_eq!(
        fs::read(elsewhere.join("ann")).unwrap(),
        noise(5_000, 3),
        "what the link led to is untouched"
    );

    for directory in ["files", "staging"] {
        let path = models.house.cache().join(directory);
        fs::remove_dir_all(&path).unwrap();
        symlink(&elsewhere, &path).unwrap();
        let told = models.house.pull(&registry);
        assert_eq!(told.code, Some(1));
        assert!(told.error.contains("it is a symbolic link"), "{}", told.error);
        assert_eq!(names_in(&elsewhere), ["ann"]);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_file_that_cannot_be_put_in_its_place_is_an_error_of_the_disk() {
    let models = models();
    let place = models.house.store().list()[1].path.clone();
    fs::create_dir_all(place.join("in the way")).unwrap();
    let told = models.house.pull(&models.registry());
    assert_eq!(told.code, Some(1));
    assert!(told.error.starts_with("cannot write ") && place.is_dir(), "{}", told.error);
}
