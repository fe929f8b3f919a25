//! The browsers that the tests run in: Chromium with its driver, and Firefox; and ffmpeg, which
//! writes recordings for them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::tools::process;

/// The environment variable that names another Chromium.
pub const CHROMIUM_VARIABLE: &str = "CHROMIUM_PATH";
/// The environment variable that names another driver.
pub const DRIVER_VARIABLE: &str = "CHROMEDRIVER";
/// The environment variable that names another Firefox.
pub const FIREFOX_VARIABLE: &str = "FIREFOX_PATH";

const CHROMIUM_NAMES: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const DRIVER_NAMES: &[&str] =
    &["chromedriver", "/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"];

const FIREFOX_NAMES: &[&str] =
    &["firefox", "firefox-esr", "/Applications/Firefox.app/Contents/MacOS/firefox"];

/// The fonts give pages text to lay out on machines that have none.
const DEBIAN_PACKAGES: &[&str] = &["chromium", "chromium-driver", "fonts-dejavu-core"];
const FIREFOX_PACKAGES: &[&str] = &["firefox-esr"];
const FFMPEG_PACKAGES: &[&str] = &["ffmpeg"];

/// Without `--no-sandbox` Chromium refuses to run as root; `/dev/shm` is small in containers; the
/// rest keeps it away from the GPU and the network.
const ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
];

/// A browser and the driver that controls it.
pub struct Browser {
    /// Full Chromium or Chrome; the headless shell has no microphone.
    pub chromium: PathBuf,
    /// The chromedriver of the same version.
    pub driver: PathBuf,
}

impl Browser {
    /// Finds both. On Debian as root, they are installed first if they are missing.
    pub fn find() -> Result<Self> {
        if let Some(browser) = Self::look()? {
            return Ok(browser);
        }
        let install = install_line(DEBIAN_PACKAGES);
        if !may_install() {
            bail!(
                "Chromium or its chromedriver is missing: on Debian run `sudo sh -c '{install}'`, \
                 elsewhere install Chrome and the chromedriver of its version, or name them in \
                 {CHROMIUM_VARIABLE} and {DRIVER_VARIABLE}"
            );
        }
        println!("installing Chromium: {install}");
        run_install(&install)?;
        Self::look()?.context("Chromium was installed but is not in PATH")
    }

    fn look() -> Result<Option<Self>> {
        let chromium = locate(CHROMIUM_VARIABLE, CHROMIUM_NAMES)?;
        let driver = locate(DRIVER_VARIABLE, DRIVER_NAMES)?;
        Ok(chromium.zip(driver).map(|(chromium, driver)| Self { chromium, driver }))
    }

    /// Writes the WebDriver capabilities that start this Chromium headless.
    pub fn write_capabilities(&self, file: &Path) -> Result<()> {
        let capabilities = json!({
            "goog:chromeOptions": { "binary": self.chromium, "args": ARGUMENTS }
        });
        fs::write(file, capabilities.to_string())
            .with_context(|| format!("cannot write {}", file.display()))
    }
}

/// The Firefox that some end-to-end tests run in; without one they are skipped.
pub struct Firefox;

impl Firefox {
    /// Finds it. On Debian as root, it is installed first if it is missing. If that fails, a
    /// message reports it; this is not an error.
    pub fn find() -> Result<Option<PathBuf>> {
        if let Some(firefox) = Self::look()? {
            return Ok(Some(firefox));
        }
        let install = install_line(FIREFOX_PACKAGES);
        if !may_install() {
            println!(
                "there is no Firefox, its tests are skipped: on Debian run `sudo sh -c \
                 '{install}'`, elsewhere install it or name it in {FIREFOX_VARIABLE}"
            );
            return Ok(None);
        }
        println!("installing Firefox: {install}");
        if let Err(error) = run_install(&install) {
            println!("there is no Firefox, its tests are skipped: {error:#}");
            return Ok(None);
        }
        Self::look()
    }

    /// Looks for it without installing anything.
    pub fn look() -> Result<Option<PathBuf>> {
        locate(FIREFOX_VARIABLE, FIREFOX_NAMES)
    }
}

/// Returns the file that the variable names, or the first of the names that exists. If the variable
/// names no file, that is an error, and no other name is tried.
fn locate(variable: &str, names: &[&str]) -> Result<Option<PathBuf>> {
    if let Some(given) = env::var_os(variable) {
        let path = PathBuf::from(given);
        if !path.is_file() {
            bail!("{variable} names {}, which is not a file", path.display());
        }
        return Ok(Some(path));
    }
    Ok(names.iter().find_map(|name| {
        let absolute = Path::new(name);
        if absolute.is_absolute() {
            absolute.is_file().then(|| absolute.to_owned())
        } else {
            process::find_in_path(name)
        }
    }))
}

/// Looks for ffmpeg, which writes the compressed recordings of some end-to-end tests. On Debian as
/// root, it is installed if it is missing. If that fails, a message reports it.
pub fn prepare_ffmpeg() {
    if process::find_in_path("ffmpeg").is_some() {
        return;
    }
    let install = install_line(FFMPEG_PACKAGES);
    if !may_install() {
        println!(
            "there is no ffmpeg, its tests are skipped: on Debian run `sudo sh -c '{install}'`"
        );
        return;
    }
    println!("installing ffmpeg: {install}");
    if let Err(error) = run_install(&install) {
        println!("there is no ffmpeg, its tests are skipped: {error:#}");
    }
}

fn install_line(packages: &[&str]) -> String {
    format!("apt-get update && apt-get install -y --no-install-recommends {}", packages.join(" "))
}

fn run_install(line: &str) -> Result<()> {
    let mut apt = Command::new("sh");
    process::run(apt.args(["-c", line]).env("DEBIAN_FRONTEND", "noninteractive"))
}

fn may_install() -> bool {
    let is_debian =
        Path::new("/etc/debian_version").exists() && process::find_in_path("apt-get").is_some();
    is_debian && process::output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    #[test]
    fn capabilities_name_the_browser_and_its_arguments() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("webdriver.json");
        let browser =
            Browser { chromium: "/opt/chromium".into(), driver: "/opt/chromedriver".into() };
        browser.write_capabilities(&file).unwrap();

        let json: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let options = &json["goog:chromeOptions"];
        assert_eq!(options["binary"], "/opt/chromium");
        assert!(options["args"].as_array().unwrap().contains(&"--no-sandbox".into()));
    }

    #[test]
    fn takes_an_absolute_name_only_if_it_exists() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("there");
        fs::write(&there, "").unwrap();
        let there = there.to_str().unwrap();
        let absent = folder.path().join("absent");
        let absent = absent.to_str().unwrap();

        let unset = "SOURCING_SOUND_NO_SUCH_VARIABLE";
        assert_eq!(locate(unset, &[absent, there]).unwrap(), Some(there.into()));
        assert_eq!(locate(unset, &[absent]).unwrap(), None);
    }
}
