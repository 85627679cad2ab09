//! What tests and benchmarks need beyond Rust: Postgres, Redis and nginx from the machine's packages, and what other languages'
//! registries have, installed through those languages' own clients. Each of the latter ends with a stamp that holds
//! the recipe it was made from: it is made again only when that changes, and after an interrupted try.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::steps::{Failure, run, step};
use crate::workspace::Workspace;

/// A Python of its own, with the packages that `requirements` (a path in the checkout) pins. Returns its
/// interpreter.
///
/// The packages are installed by the machine's own pip, so that a Python without `ensurepip` will do.
pub(crate) fn python(workspace: &Workspace, name: &str, requirements: &str) -> Result<PathBuf, Failure> {
    let folder = workspace.target.join(name);
    let interpreter = folder.join("bin").join("python");
    let requirements = workspace.root.join(requirements);
    let recipe = read(&requirements)?;
    step(&format!("Python packages in {}", folder.display()), || {
        installed_once(&folder, &recipe, || {
            run(python3().args(["-m", "venv", "--without-pip"]).arg(&folder))?;
            run(python3()
                .args(["-m", "pip", "--python"])
                .arg(&interpreter)
                .args(["install", "--quiet", "--no-input", "--disable-pip-version-check"])
                .args(["--only-binary=:all:", "--requirement"])
                .arg(&requirements))
        })
    })?;
    Ok(interpreter)
}

/// The packages that the `package-lock.json` in `folder` (a path in the checkout) pins, in its `node_modules`.
pub(crate) fn node(workspace: &Workspace, folder: &str) -> Result<(), Failure> {
    let folder = workspace.root.join(folder);
    let recipe = read(&folder.join("package-lock.json"))?;
    step(&format!("JavaScript packages in {}", folder.display()), || {
        installed_once(&folder.join("node_modules"), &recipe, || {
            run(Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
                .current_dir(&folder))
        })
    })
}

/// Postgres' programs, from the machine's own package manager where they are missing.
pub(crate) fn postgres() -> Result<(), Failure> {
    step("Postgres", || {
        if services::postgres_programs().is_some() {
            eprintln!("  there already");
            return Ok(());
        }
        let installed = run(Command::new("apt-get").args(["install", "--yes", "--quiet", "postgresql"]));
        match services::postgres_programs() {
            Some(_) => installed,
            None => Err(Failure::new(
                "The tests need Postgres, and it could not be installed here: install its server and its programs \
                 `initdb` and `createdb`, by hand (on Debian: `apt-get install postgresql`, as root), where PATH \
                 leads or /usr/lib/postgresql has them.",
            )),
        }
    })
}

/// Redis' server, from the machine's own package manager where it is missing. Tests start it themselves; what the package may
/// have started is left alone.
pub(crate) fn redis() -> Result<(), Failure> {
    step("Redis", || {
        if services::redis_program().is_some() {
            eprintln!("  there already");
            return Ok(());
        }
        let installed = run(Command::new("apt-get").args(["install", "--yes", "--quiet", "redis-server"]));
        match services::redis_program() {
            Some(_) => installed,
            None => Err(Failure::new(
                "The tests need Redis, and it could not be installed here: install its server by hand (on Debian: \
                 `apt-get install redis-server`, as root), where PATH leads.",
            )),
        }
    })
}

/// nginx, from the machine's own package manager where it is missing.
pub(crate) fn nginx() -> Result<(), Failure> {
    step("nginx", || {
        let is_there = || Command::new("nginx").arg("-v").output().is_ok();
        if is_there() {
            eprintln!("  there already");
            return Ok(());
        }
        let installed = run(Command::new("apt-get").args(["install", "--yes", "--quiet", "nginx-light"]));
        match is_there() {
            true => installed,
            false => Err(Failure::new(
                "The benchmark compares with nginx, and it could not be installed here: install it by hand (on Debian: \
                 `apt-get install nginx-light`, as root), where PATH leads.",
            )),
        }
    })
}

/// Installs into an empty `folder`, unless that was done before from the same recipe.
fn installed_once(
    folder: &Path,
    recipe: &str,
    install: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let stamp = folder.join(".installed-from");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == recipe) {
        eprintln!("  there already");
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder)
            .map_err(|error| Failure::new(format!("{} cannot be removed: {error}", folder.display())))?;
    }
    install()?;
    fs::write(&stamp, recipe)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", stamp.display())))
}

fn python3() -> Command {
    Command::new("python3")
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", file.display())))
}
