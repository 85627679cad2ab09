//! Taking named members out of a wheel (zip) or an npm tarball (tar.gz).
//!
//! The archive's sha256 was right before it came here; what is refused below is what its author should not have
//! made. Nothing is unpacked by the name that the archive gives it.

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;

use flate2::read::GzDecoder;

use super::Client;
use super::manifest::stays_inside;

/// What to take.
pub(super) struct Member<'a> {
    /// Its path in the archive.
    pub(super) path: &'a str,
    /// More bytes than this are refused.
    pub(super) at_most: u64,
    /// The new file that gets them.
    pub(super) place: PathBuf,
}

/// Why nothing was taken.
#[derive(Debug)]
pub(super) enum Error {
    /// The archive is at fault.
    Refused(String),
    /// The disk is.
    Disk(io::Error),
}

/// Writes each member to its place. Every entry of the archive is looked at first: one that is a link, or that
/// leads out of the archive, condemns it all.
pub(super) fn unpack(client: Client, archive: fs::File, members: &[Member<'_>]) -> Result<(), Error> {
    let found = match client {
        Client::Pip => unpack_zip(archive, members)?,
        Client::Npm => unpack_tar(archive, members)?,
    };
    match members.iter().zip(found).find(|(_, found)| !found) {
        Some((member, _)) => Err(Error::Refused(format!("it has no member {:?}", member.path))),
        None => Ok(()),
    }
}

fn unpack_zip(archive: fs::File, members: &[Member<'_>]) -> Result<Vec<bool>, Error> {
    let broken = |error| Error::Refused(format!("its archive is broken: {error}"));
    let mut zip = zip::ZipArchive::new(io::BufReader::new(archive)).map_err(broken)?;
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(broken)?;
        admit(&entry.name().map_err(broken)?, entry.is_file() || entry.is_dir())?;
    }
    let mut found = vec![false; members.len()];
    for (member, found) in members.iter().zip(&mut found) {
        match zip.by_name(member.path) {
            Ok(entry) => take(entry, member)?,
            Err(zip::result::ZipError::FileNotFound) => continue,
            Err(error) => return Err(broken(error)),
        }
        *found = true;
    }
    Ok(found)
}

fn unpack_tar(archive: fs::File, members: &[Member<'_>]) -> Result<Vec<bool>, Error> {
    let broken = |error| Error::Refused(format!("its archive is broken: {error}"));
    let mut tar = tar::Archive::new(GzDecoder::new(io::BufReader::new(archive)));
    let mut found = vec![false; members.len()];
    for entry in tar.entries().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        admit(&name, kind.is_file() || kind.is_dir() || kind.is_pax_global_extensions())?;
        let Some(index) = members.iter().position(|member| member.path == name) else { continue };
        if !std::mem::replace(&mut found[index], true) {
            take(entry, &members[index])?;
        }
    }
    Ok(found)
}

fn admit(name: &str, ordinary: bool) -> Result<(), Error> {
    if !stays_inside(name.strip_suffix('/').unwrap_or(name)) {
        return Err(Error::Refused(format!("its member {name:?} leads out of the archive")));
    }
    if !ordinary {
        return Err(Error::Refused(format!("its member {name:?} is a link, not a file")));
    }
    Ok(())
}

fn take(content: impl Read, member: &Member<'_>) -> Result<(), Error> {
    let mut file = fs::File::create_new(&member.place).map_err(Error::Disk)?;
    let written = io::copy(&mut content.take(member.at_most.saturating_add(1)), &mut file);
    match written {
        Ok(written) if written > member.at_most => {
            Err(Error::Refused(format!("its member {:?} is longer than the manifest says", member.path)))
        }
        Ok(_) => Ok(()),
        Err(error)
            if error.kind() == io::ErrorKind::InvalidData || error.kind() == io::ErrorKind::InvalidInput =>
        {
            Err(Error::Refused(format!("its member {:?} is broken: {error}", member.path)))
        }
        Err(error) => Err(Error::Disk(error)),
    }
}
