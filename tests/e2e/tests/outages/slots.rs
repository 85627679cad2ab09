//! All of a Postgres server's connections, taken by somebody else.

use std::io::{Read, Write};
use std::net::TcpStream;

use services::Postgres;

/// How many connections a server has, and how to tell it.
const ALL: usize = 8;
pub(crate) const SETTING: &str = "max_connections=8";

/// Connections that nobody else can have while these are open.
pub(crate) struct Slots(Vec<Connection>);

impl Slots {
    /// Takes every connection of that server, whoever has it now.
    pub(crate) fn take_all(postgres: &Postgres) -> Self {
        let mut slots = Vec::new();
        while slots.len() < ALL {
            while let Some(connection) = Connection::open(&postgres.url()) {
                slots.push(connection);
            }
            if let Some(connection) = slots.first_mut() {
                connection.end_all_others();
            }
        }
        Self(slots)
    }

    /// Returns once the server has them back.
    pub(crate) fn give_back(self) {
        self.0.into_iter().for_each(Connection::close);
    }
}

/// A connection of Postgres' wire protocol 3.0, to a server that asks for no password.
/// <https://www.postgresql.org/docs/current/protocol-message-formats.html>
struct Connection(TcpStream);

impl Connection {
    /// To the server's first database; none where it has no connection left.
    fn open(url: &str) -> Option<Self> {
        let (_, rest) = url.split_once('@').unwrap();
        let (address, database) = rest.split_once('/').unwrap();
        let mut connection = Self(TcpStream::connect(address).unwrap());
        let mut startup = 196_608_u32.to_be_bytes().to_vec();
        startup.extend(format!("user\0postgres\0database\0{database}\0\0").bytes());
        connection.send(&startup);
        connection.is_ready().then_some(connection)
    }

    /// Ends every connection to another database.
    fn end_all_others(&mut self) {
        let query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname <> current_database()\0";
        self.0.write_all(b"Q").unwrap();
        self.send(query.as_bytes());
        assert!(self.is_ready());
    }

    /// Ends it.
    fn close(mut self) {
        self.0.write_all(b"X").unwrap();
        self.send(b"");
        self.0.read_to_end(&mut Vec::new()).unwrap();
    }

    /// A message's length, which counts itself, and the message.
    fn send(&mut self, message: &[u8]) {
        let length = u32::try_from(4 + message.len()).unwrap().to_be_bytes();
        self.0.write_all(&[&length, message].concat()).unwrap();
    }

    /// Reads up to the message that says that it waits for a query, or that there was an error.
    fn is_ready(&mut self) -> bool {
        loop {
            let mut head = [0; 5];
            self.0.read_exact(&mut head).unwrap();
            let [kind, length @ ..] = head;
            let mut message = vec![0; u32::from_be_bytes(length) as usize - 4];
            self.0.read_exact(&mut message).unwrap();
            match kind {
                b'Z' => return true,
                b'E' => return false,
                _ => {}
            }
        }
    }
}
