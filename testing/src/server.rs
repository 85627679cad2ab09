//! A server that does nothing but what it is told, byte for byte.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What a request gets.
#[derive(Clone)]
pub enum Step {
    /// These bytes.
    Send(Vec<u8>),
    /// These bytes, over and over, until the client goes.
    Flood(Vec<u8>),
    /// Nothing, until the client goes.
    Hang,
    /// The end of the connection.
    Close,
}

/// What the server noticed.
enum Seen {
    Connection,
    Request(String),
    HungUp,
}

/// A server on a free port of the loopback, for as long as the runtime that started it.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    seen: UnboundedReceiver<Seen>,
    running: Arc<AtomicUsize>,
}

impl Server {
    /// The first request gets the first of these answers, and so on; the last one serves for all that follow.
    ///
    /// # Errors
    /// No socket.
    pub async fn answering(answers: impl IntoIterator<Item = Vec<Step>>) -> std::io::Result<Self> {
        let answers: Vec<Vec<Step>> = answers.into_iter().collect();
        let count = AtomicUsize::new(0);
        Self::answering_by(move |_| {
            let number = count.fetch_add(1, Ordering::Relaxed).min(answers.len().saturating_sub(1));
            answers.get(number).cloned().unwrap_or_default()
        })
        .await
    }

    /// Each request gets what that makes of it.
    ///
    /// # Errors
    /// No socket.
    pub async fn answering_by(
        answer: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (tell, seen) = unbounded_channel();
        let running = Arc::new(AtomicUsize::new(0));
        let desk = Arc::new(Desk { answer, tell, running: Arc::clone(&running) });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                drop(desk.tell.send(Seen::Connection));
                let desk = Arc::clone(&desk);
                tokio::spawn(async move {
                    // A connection ends when the client breaks it, which is an event of its own.
                    drop(desk.serve(stream).await);
                    drop(desk.tell.send(Seen::HungUp));
                });
            }
        });
        Ok(Self { address, seen, running })
    }

    /// How many requests are being answered.
    pub fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    /// Its address as a base URL: `http://127.0.0.1:PORT/v1/`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1/", self.address)
    }

    /// The next request, as it came.
    pub async fn request(&mut self) -> Option<String> {
        while let Some(seen) = self.seen.recv().await {
            if let Seen::Request(request) = seen {
                return Some(request);
            }
        }
        None
    }

    /// Waits until a client has hung up.
    pub async fn hang_up(&mut self) {
        while let Some(seen) = self.seen.recv().await {
            if matches!(seen, Seen::HungUp) {
                return;
            }
        }
    }

    /// How many connections were made by now.
    pub fn connections(&mut self) -> usize {
        let mut connections = 0;
        while let Ok(seen) = self.seen.try_recv() {
            connections += usize::from(matches!(seen, Seen::Connection));
        }
        connections
    }
}

/// Where requests are answered.
struct Desk<A> {
    answer: A,
    tell: UnboundedSender<Seen>,
    running: Arc<AtomicUsize>,
}

impl<A: Fn(&str) -> Vec<Step>> Desk<A> {
    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        while let Some(request) = read_request(&mut stream).await? {
            let steps = (self.answer)(&request);
            drop(self.tell.send(Seen::Request(request)));
            self.running.fetch_add(1, Ordering::Relaxed);
            let answered = act(&mut stream, steps).await;
            self.running.fetch_sub(1, Ordering::Relaxed);
            answered?;
        }
        Ok(())
    }
}

async fn act(stream: &mut TcpStream, steps: Vec<Step>) -> std::io::Result<()> {
    for step in steps {
        match step {
            Step::Send(bytes) => stream.write_all(&bytes).await?,
            Step::Flood(bytes) => loop {
                stream.write_all(&bytes).await?;
            },
            Step::Hang => {
                stream.read_to_end(&mut Vec::new()).await?;
            }
            Step::Close => stream.shutdown().await?,
        }
    }
    Ok(())
}

/// A request with its body, as `content-length` has it; none when the client has gone.
async fn read_request(stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let mut missing = 0;
    while missing > 0 || !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        missing = length.unwrap_or(0_usize).saturating_sub(body.len());
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// A whole answer.
pub fn answer(status: &str, headers: &[&str], body: &[u8]) -> Vec<Step> {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    vec![Step::Send([head.as_bytes(), body].concat())]
}

/// The head of an answer whose body comes in chunks, and its first chunk.
pub fn begin(headers: &[&str], first: &[u8]) -> Step {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let head = format!("HTTP/1.1 200 OK\r\n{headers}transfer-encoding: chunked\r\n\r\n");
    Step::Send([head.into_bytes(), chunk(first)].concat())
}

/// A chunk of such a body; of no bytes it is nothing, and not the end.
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    match bytes.is_empty() {
        true => Vec::new(),
        false => [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat(),
    }
}
