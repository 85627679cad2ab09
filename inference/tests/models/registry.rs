//! A package registry on loopback, as pip and npm see one.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;

use super::package::Archive;

/// What is served, and to whom. Its threads end with the test's process.
pub(crate) struct Registry {
    /// Host and port.
    pub(crate) address: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    pages: Mutex<HashMap<String, Page>>,
    requests: Mutex<Vec<String>>,
    stalls: Mutex<HashMap<String, Stall>>,
    released: (Mutex<bool>, Condvar),
}

#[derive(Clone)]
struct Page {
    status: String,
    kind: &'static str,
    body: Vec<u8>,
}

struct Stall {
    after: usize,
    reached: mpsc::Sender<()>,
}

impl Registry {
    pub(crate) fn serve(archives: &[&Archive]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let registry = Self { address, shared: Arc::default() };
        for archive in archives {
            registry.add(archive);
        }
        let shared = registry.shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                thread::spawn(move || shared.answer(stream));
            }
        });
        registry
    }

    /// Serves the archive under the addresses where its client looks.
    pub(crate) fn add(&self, archive: &Archive) {
        let Archive { name, version, file_name, bytes } = archive;
        let url = format!("http://{}/files/{file_name}", self.address);
        if file_name.ends_with(".tgz") {
            let dist = format!("{{\"tarball\":\"{url}\"}}");
            let one = format!("{{\"name\":\"{name}\",\"version\":\"{version}\",\"dist\":{dist}}}");
            let all = format!(
                "{{\"name\":\"{name}\",\"dist-tags\":{{\"latest\":\"{version}\"}},\"versions\":{{\"{version}\":{one}}}}}"
            );
            self.page(&format!("/{name}"), "application/json", all.into_bytes());
        } else {
            let link = format!("<!DOCTYPE html><html><body><a href=\"{url}\">{file_name}</a></body></html>");
            self.page(&format!("/simple/{name}/"), "text/html", link.into_bytes());
        }
        self.page(&format!("/files/{file_name}"), "application/octet-stream", bytes.clone());
    }

    pub(crate) fn page(&self, path: &str, kind: &'static str, body: Vec<u8>) {
        let page = Page { status: "200 OK".into(), kind, body };
        self.shared.pages.lock().unwrap().insert(path.into(), page);
    }

    pub(crate) fn redirect(&self, path: &str, to: &str) {
        let page =
            Page { status: format!("302 Found\r\nLocation: {to}"), kind: "text/plain", body: Vec::new() };
        self.shared.pages.lock().unwrap().insert(path.into(), page);
    }

    /// Whoever asks for the path gets so many bytes of its body and then waits for [`release`](Self::release). What is returned hears
    /// that it has come so far.
    pub(crate) fn stall(&self, path: &str, after: usize) -> mpsc::Receiver<()> {
        let (reached, heard) = mpsc::channel();
        self.shared.stalls.lock().unwrap().insert(path.into(), Stall { after, reached });
        heard
    }

    /// Ends all stalls, those to come too.
    pub(crate) fn release(&self) {
        self.shared.stalls.lock().unwrap().clear();
        *self.shared.released.0.lock().unwrap() = true;
        self.shared.released.1.notify_all();
    }

    /// How often anyone asked for a path that begins so.
    pub(crate) fn requests(&self, start: &str) -> usize {
        self.shared.requests.lock().unwrap().iter().filter(|path| path.starts_with(start)).count()
    }
}

impl Shared {
    fn answer(&self, mut stream: TcpStream) {
        let mut head =
            BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
        let path = head.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
        head.for_each(drop);
        self.requests.lock().unwrap().push(path.clone());
        let gone = Page { status: "404 Not Found".into(), kind: "text/plain", body: Vec::new() };
        let page = self.pages.lock().unwrap().get(&path).cloned().unwrap_or(gone);
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            page.status,
            page.kind,
            page.body.len()
        );
        let stall = self.stalls.lock().unwrap().remove(&path);
        let first = stall.as_ref().map_or(page.body.len(), |stall| stall.after);
        // A client that was killed has hung up.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&page.body[..first]));
        if let Some(stall) = stall {
            let _ = stall.reached.send(());
            let released = self.released.0.lock().unwrap();
            drop(self.released.1.wait_while(released, |released| !*released).unwrap());
            let _ = stream.write_all(&page.body[first..]);
        }
    }
}
