//! Links from a page to files on this machine.

use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

/// A folder of files, such as the clips of a data set, relative to the folder of a page.
#[derive(Clone, Debug)]
pub struct Links {
    root: PathBuf,
    /// The path from the page to `root`, as the beginning of a URL.
    prefix: String,
}

impl Links {
    /// Links to the folder `root` from pages in `page_folder`; both must exist. Fails if no
    /// relative path leads from one to the other.
    pub fn new(page_folder: &Path, root: &Path) -> Result<Self> {
        let resolve = |folder: &Path| {
            folder.canonicalize().with_context(|| format!("cannot open {}", folder.display()))
        };
        let (from, root) = (resolve(page_folder)?, resolve(root)?);
        let relative = relative(&from, &root).with_context(|| {
            format!("no path leads from {} to {}", from.display(), root.display())
        })?;
        Ok(Self { prefix: url(&relative), root })
    }

    /// Returns the URL of a file, relative to the page; `None` if there is no such file or `path`
    /// leads out of the folder.
    pub fn link(&self, path: &str) -> Option<String> {
        let path = Path::new(path);
        let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        (is_plain && self.root.join(path).is_file())
            .then(|| format!("{}{}", self.prefix, url_of_file(path)))
    }
}

/// Returns the relative path from one absolute folder to another.
fn relative(from: &Path, to: &Path) -> Option<PathBuf> {
    let shared = from.components().zip(to.components()).take_while(|(from, to)| from == to).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    (shared > 0).then(|| up.chain(to.components().skip(shared)).collect())
}

/// Returns a relative folder as the beginning of a URL: empty, or ending in `/`.
fn url(folder: &Path) -> String {
    match url_of_file(folder) {
        empty if empty.is_empty() => empty,
        // A first segment with a colon would be parsed as a scheme.
        path => format!("./{path}/"),
    }
}

/// Returns a relative path as a URL: everything except RFC 3986's unreserved characters is escaped.
fn url_of_file(path: &Path) -> String {
    let mut url = String::new();
    for part in path.components() {
        if !url.is_empty() {
            url.push('/');
        }
        for &byte in part.as_os_str().as_encoded_bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                url.push(char::from(byte));
            } else {
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
    url
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    fn folder(root: &Path, name: &str) -> PathBuf {
        let folder = root.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn links_lead_from_the_page_to_the_clip() {
        let root = tempfile::tempdir().unwrap();
        let page = folder(root.path(), "project/report");
        let data = folder(root.path(), "shared data");
        std::fs::write(folder(&data, "audio").join("a \"b\"#?é.wav"), "").unwrap();
        let links = Links::new(&page, &data).unwrap();
        assert_eq!(
            links.link("audio/a \"b\"#?é.wav").unwrap(),
            "./../../shared%20data/audio/a%20%22b%22%23%3F%C3%A9.wav"
        );
        assert_eq!(links.link("audio/gone.wav"), None);
    }

    #[test]
    fn nothing_outside_the_data_is_linked() {
        let root = tempfile::tempdir().unwrap();
        let (page, data) = (folder(root.path(), "report"), folder(root.path(), "data"));
        std::fs::write(root.path().join("secret.wav"), "").unwrap();
        let links = Links::new(&page, &data).unwrap();
        assert_eq!(links.link("../secret.wav"), None);
        assert_eq!(links.link(root.path().join("secret.wav").to_str().unwrap()), None);
        assert!(Links::new(&page, &root.path().join("nothing")).is_err());
    }

    #[test]
    fn a_page_may_be_inside_the_data_folder() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("a.wav"), "").unwrap();
        let links = Links::new(root.path(), root.path()).unwrap();
        assert_eq!(links.link("a.wav").unwrap(), "a.wav");
    }
}
