//! Serves the site on this machine.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::tasks::wasm::Names;
use crate::tasks::{npm, site};
use crate::tools::process;
use crate::tools::workspace::Workspace;

const HOST: Ipv4Addr = Ipv4Addr::LOCALHOST;
const START_LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(100);

/// The options of `cargo xtask serve`.
#[derive(clap::Args)]
pub struct Options {
    /// The port on 127.0.0.1
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// Serve the finished site, as it would be published (this is the default)
    #[arg(long)]
    release: bool,
    /// Serve the sources: pages reload when they change, and stack traces can be read
    #[arg(long, conflicts_with = "release")]
    dev: bool,
    /// The path of the site on the server, such as /repo/; / if left out
    #[arg(long, value_name = "PATH", value_parser = site::parse_base)]
    base: Option<String>,
}

/// Runs `cargo xtask serve` until it is interrupted.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    check_port_is_free(options.port)?;
    if options.dev {
        npm::build(workspace, Names::Keep)?;
    } else {
        let folder = site::default_folder(workspace);
        site::build(workspace, options.base.as_deref(), &folder)?;
    }

    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))?;
    let mut server = Server(process::spawn(&mut vite(workspace, options))?);
    if !server.wait_until_it_answers(options, &stop)? {
        return Ok(());
    }
    println!();
    println!("  Sourcing Sound is at {}", url(options));
    println!("  Ctrl-C stops it.");
    println!();
    while !stop.load(Ordering::Relaxed) {
        if let Some(status) = server.0.try_wait()? {
            return ended(status, &stop);
        }
        thread::sleep(POLL);
    }
    Ok(())
}

/// Returns the path at which the server offers the site.
fn path(options: &Options) -> &str {
    options.base.as_deref().unwrap_or("/")
}

fn url(options: &Options) -> String {
    format!("http://{HOST}:{}{}", options.port, path(options))
}

/// Runs Vite itself rather than an npm script, which would outlive a signal.
fn vite(workspace: &Workspace, options: &Options) -> Command {
    let www = workspace.www();
    let mut vite = Command::new("node");
    vite.arg(www.join("node_modules/vite/bin/vite.js"));
    if !options.dev {
        vite.arg("preview");
    }
    vite.current_dir(www)
        .args(["--host", &HOST.to_string()])
        .args(["--port", &options.port.to_string(), "--strictPort"])
        .stdin(Stdio::null())
        // It prints the address before the server answers.
        .stdout(Stdio::null());
    if let Some(base) = &options.base {
        vite.args(["--base", base]);
    }
    vite
}

fn check_port_is_free(port: u16) -> Result<()> {
    match TcpListener::bind((HOST, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "port {port} is in use by another program; choose another one: \
             `cargo xtask serve --port {}`",
            port.checked_add(1).unwrap_or(8080)
        ),
        Err(error) => {
            Err(error).with_context(|| format!("cannot listen on {HOST}:{port}; see --port"))
        }
    }
}

/// The running server; dropping this value ends it.
struct Server(Child);

impl Server {
    /// Waits until the site answers. Returns `false` if it was interrupted.
    fn wait_until_it_answers(&mut self, options: &Options, stop: &AtomicBool) -> Result<bool> {
        let start = Instant::now();
        while !answers(options.port, path(options)) {
            if stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            if let Some(status) = self.0.try_wait()? {
                return ended(status, stop).map(|()| false);
            }
            if start.elapsed() > START_LIMIT {
                bail!(
                    "the server did not answer at {} within {} seconds",
                    url(options),
                    START_LIMIT.as_secs()
                );
            }
            thread::sleep(POLL);
        }
        Ok(true)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Neither fails unless the server has already ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Treats a server that ended as an error, unless Ctrl-C reached it first.
fn ended(status: ExitStatus, stop: &AtomicBool) -> Result<()> {
    // The signal reaches both programs; the handler's thread may run slightly later.
    thread::sleep(POLL);
    if stop.load(Ordering::Relaxed) {
        return Ok(());
    }
    bail!("the server ended with {status}")
}

/// Returns whether a GET of `path` is answered with 200.
fn answers(port: u16, path: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect((HOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        )?;
        let mut status = String::new();
        BufReader::new(stream).read_line(&mut status)?;
        Ok(status)
    };
    ask().is_ok_and(|status| status.split(' ').nth(1) == Some("200"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    #[test]
    fn a_busy_port_is_named_with_the_option() {
        let busy = TcpListener::bind((HOST, 0)).unwrap();
        let port = busy.local_addr().unwrap().port();
        let error = check_port_is_free(port).unwrap_err().to_string();
        assert!(error.contains(&port.to_string()), "{error}");
        assert!(error.contains("--port"), "{error}");
        drop(busy);
        check_port_is_free(port).unwrap();
    }

    #[test]
    fn only_status_200_is_an_answer() {
        for (response, expected) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.1 404 Not Found\r\n\r\n", false),
            ("", false),
        ] {
            let server = TcpListener::bind((HOST, 0)).unwrap();
            let port = server.local_addr().unwrap().port();
            let thread = thread::spawn(move || {
                let (stream, _) = server.accept().unwrap();
                let mut request = BufReader::new(stream);
                let mut line = String::new();
                while line != "\r\n" {
                    line.clear();
                    request.read_line(&mut line).unwrap();
                }
                request.get_mut().write_all(response.as_bytes()).unwrap();
            });
            assert_eq!(answers(port, "/"), expected, "{response:?}");
            thread.join().unwrap();
        }
    }
}
