//! Wheels and npm tarballs, well made and badly made.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

/// A package as a registry has it.
#[derive(Clone)]
pub(crate) struct Archive {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) file_name: String,
    pub(crate) bytes: Vec<u8>,
}

/// A wheel for every machine, with these members.
pub(crate) fn wheel(name: &str, members: &[(&str, &[u8])]) -> Archive {
    wheel_with(name, members, |_| {})
}

/// A wheel to which something is added that no builder of wheels adds.
pub(crate) fn wheel_with(
    name: &str,
    members: &[(&str, &[u8])],
    add: impl FnOnce(&mut zip::ZipWriter<Cursor<Vec<u8>>>),
) -> Archive {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let escaped = name.replace('-', "_");
    let info = format!("{escaped}-1.0.dist-info");
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n");
    let tags = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    let own = [("METADATA", metadata.as_bytes()), ("WHEEL", tags.as_bytes()), ("RECORD", b"")];
    let own = own.map(|(name, content)| (format!("{info}/{name}"), content));
    let members = members.iter().map(|(name, content)| ((*name).to_owned(), *content));
    for (name, content) in members.chain(own) {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    add(&mut zip);
    Archive {
        name: name.into(),
        version: "1.0".into(),
        file_name: format!("{escaped}-1.0-py3-none-any.whl"),
        bytes: zip.finish().unwrap().into_inner(),
    }
}

/// An npm package with these members, and a package.json in which every script leaves a mark.
pub(crate) fn tarball(name: &str, members: &[(&str, &[u8])]) -> Archive {
    tarball_with(name, members, |_| {})
}

/// An npm package to which something is added that npm does not add.
pub(crate) fn tarball_with(
    name: &str,
    members: &[(&str, &[u8])],
    add: impl FnOnce(&mut tar::Builder<flate2::write::GzEncoder<Vec<u8>>>),
) -> Archive {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let scripts = ["preinstall", "install", "postinstall", "prepare", "prepack", "postpack"]
        .map(|script| format!("\"{script}\": \"touch $MARK\""));
    let own = format!("{{\"name\":\"{name}\",\"version\":\"1.0.0\",\"scripts\":{{{}}}}}", scripts.join(","));
    for (path, content) in members.iter().copied().chain([("package/package.json", own.as_bytes())]) {
        append(&mut tar, path, content, tar::EntryType::Regular, "");
    }
    add(&mut tar);
    Archive {
        name: name.into(),
        version: "1.0.0".into(),
        file_name: format!("{name}-1.0.0.tgz"),
        bytes: tar.into_inner().unwrap().finish().unwrap(),
    }
}

/// Adds an entry whose name and link may be anything: the library's own methods refuse what is tested here.
pub(crate) fn append(
    tar: &mut tar::Builder<impl Write>,
    path: &str,
    content: &[u8],
    kind: tar::EntryType,
    link: &str,
) {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    let fields = header.as_gnu_mut().unwrap();
    fields.name[..path.len()].copy_from_slice(path.as_bytes());
    fields.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_cksum();
    tar.append(&header, content).unwrap();
}
