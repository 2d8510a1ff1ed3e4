//! An address on this machine that webhooks go to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// An endpoint on this machine that remembers what came and answers 204.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    got: Arc<Mutex<Vec<(String, String)>>>,
}

impl Endpoint {
    pub(crate) fn open() -> Endpoint {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let got = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&got);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), taken) = (stream, Arc::clone(&taken)) else { return };
                std::thread::spawn(move || Endpoint::serve(stream, &taken));
            }
        });
        Endpoint { url, got }
    }

    /// The id and the lane of each message, in the order in which they came.
    pub(crate) fn got(&self) -> Vec<(String, String)> {
        self.got.lock().expect("nobody panics").clone()
    }

    /// Takes messages of one connection until it ends, which may be in the middle of one.
    fn serve(stream: TcpStream, taken: &Mutex<Vec<(String, String)>>) -> Option<()> {
        let mut writing = stream.try_clone().ok()?;
        let mut reading = BufReader::new(stream);
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                if reading.read_line(&mut line).ok()? == 0 {
                    return None;
                }
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().ok()?;
                }
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            reading.read_exact(&mut body).ok()?;
            let event: Value = serde_json::from_slice(&body).ok()?;
            let id = event["id"].as_str()?.to_owned();
            taken.lock().ok()?.push((id, lane(&event["data"])));
            writing.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").ok()?;
        }
    }
}

/// The rule and the unit: what is delivered in order.
pub(crate) fn lane(data: &Value) -> String {
    format!("{} {}", data["rule"], data["unit"])
}
