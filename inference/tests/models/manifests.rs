//! What the store takes for a manifest, once its signature is right.

use inference::models::{Manifest, StoreError};

use super::house::House;

#[test]
fn the_built_in_manifest_has_the_runtime_the_model_and_54_voices() {
    let manifest = Manifest::builtin().unwrap();
    let voices: Vec<_> = manifest.files().filter(|file| file.name.starts_with("kokoro/voices/")).collect();
    assert_eq!(voices.len(), 54);
    // f32 [510, 1, 256]
    assert!(voices.iter().all(|file| file.size == 510 * 256 * 4));
    let model = manifest.file("kokoro/model-int8.onnx").unwrap();
    assert_eq!((model.size, model.parts.len()), (92_361_271, 4));
    assert_eq!(model.sha256.to_string(), "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb");
    let runtime = manifest.file("onnxruntime").unwrap();
    let package = manifest.package(&runtime.parts[0].package).unwrap();
    assert_eq!((&*package.version, &*package.licence), ("1.31.1", "MIT"));
}

/// A manifest with one package and one file, in which `from` is replaced by `to`.
#[track_caller]
fn assert_manifest_refused(from: &str, to: &str, why: &str) {
    let toml = r#"
        [packages.p]
        client = "pip"
        name = "p"
        version = "1.0"
        python = "3.12"
        platform = "any"
        size = 1
        sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        licence = "MIT"
        origin = "these tests"
        [[files]]
        name = "kit/x"
        size = 1
        sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        parts = [{ package = "p", path = "p/x" }]
        url = "https://example.invalid/x"
    "#;
    assert!(toml.contains(from), "{from:?} is not in the manifest");
    let [mut honest, mut changed] = [House::new(), House::new()];
    honest.add(toml);
    assert!(honest.manifest().is_ok());
    changed.add(&toml.replacen(from, to, 1));
    let error = changed.manifest().unwrap_err();
    assert!(matches!(&error, StoreError::Manifest(told) if told.contains(why)), "{to:?}: {error}");
    assert!(!error.is_missing_model());
}

#[test]
fn a_signed_manifest_may_still_not_lead_outside() {
    for name in
        ["../x", "/etc/passwd", "kit/../../x", "kit/./x", "./x", "", "kit//x", "kit/x/", r"kit\\x", "C:/x"]
    {
        assert_manifest_refused(r#"name = "kit/x""#, &format!("name = \"{name}\""), "a relative path");
    }
    for path in ["../x", "/etc/passwd", "p/../../x"] {
        assert_manifest_refused(r#"path = "p/x""#, &format!("path = \"{path}\""), "leads out of its package");
    }
    let urls = [
        "http://example.invalid/x",
        "file:///etc/passwd",
        "http://127.0.0.1.example.invalid/x",
        "https://a b",
    ];
    for url in urls {
        assert_manifest_refused("https://example.invalid/x", url, "is not an https address");
    }
}

#[test]
fn a_signed_manifest_may_still_not_give_a_client_options_or_addresses() {
    for name in ["--index-url=x", "-r", "git+https://example.invalid/p", "../p", "p @ file", "", "@p/x"] {
        assert_manifest_refused(r#"name = "p""#, &format!("name = \"{name}\""), "no registry allows");
    }
    assert_manifest_refused(r#"version = "1.0""#, r#"version = "1.0 -r x""#, "no registry allows");
    assert_manifest_refused(r#"platform = "any""#, r#"platform = "-x""#, "no registry allows");
    assert_manifest_refused(r#"python = "3.12""#, "", "python and platform");
    assert_manifest_refused(r#"client = "pip""#, r#"client = "npm""#, "python and platform");
    assert_manifest_refused(r#"client = "pip""#, r#"client = "curl""#, "line 3: unknown variant");
}

#[test]
fn a_signed_manifest_must_still_be_one() {
    assert_manifest_refused("size = 1", "size = -1", "line 8");
    assert_manifest_refused("licence", "license", "unknown field `license`");
    assert_manifest_refused("0123", "012", "64 digits");
    assert_manifest_refused("0123", "012G", "hexadecimal");
    assert_manifest_refused(r#"package = "p""#, r#"package = "q""#, "there is no package \"q\"");
    assert_manifest_refused(
        "url =",
        "target = \"linux-riscv64\"\nurl =",
        "\"linux-riscv64\" is not a target",
    );
    assert_manifest_refused(r#"[{ package = "p", path = "p/x" }]"#, "[]", "no parts");
    let twice = "url = \"https://example.invalid/x\"\n[[files]]\nname = \"kit/x\"\nsize = 1\nsha256 = \
                 \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\nparts = [{ package = \"p\", path = \"y\" }]";
    assert_manifest_refused(r#"url = "https://example.invalid/x""#, twice, "is listed twice");
}
