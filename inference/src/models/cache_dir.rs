//! Where files are kept.

use std::ffi::OsString;
use std::path::PathBuf;

use super::StoreError;

/// The user's cache directory for this program; `variable` reads the environment.
///
/// `VOICE_SOUNDBOARD_CACHE` if set, else `voice-soundboard` under `XDG_CACHE_HOME`, else under `~/.cache`
/// (`~/Library/Caches` on macOS). As the XDG specification asks, a variable that is empty or holds a relative
/// path counts as not set.
///
/// # Errors
/// [`StoreError::NoCacheDir`] where there is not even a home.
pub fn default_cache_dir(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, StoreError> {
    let directory = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
    directory("VOICE_SOUNDBOARD_CACHE")
        .or_else(|| directory("XDG_CACHE_HOME").map(|caches| caches.join("voice-soundboard")))
        .or_else(|| directory("HOME").map(|path| path.join(home).join("voice-soundboard")))
        .ok_or(StoreError::NoCacheDir)
}
