//! The language of Chromium's developer tools: JSON messages that end with a zero byte. Answers and events come on a thread of
//! their own, so that tests of several runtimes can share one browser.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    process::{ChildStdin, ChildStdout},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

/// Nothing that a browser is asked takes this long, also on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Something that happened in a tab.
#[derive(Debug)]
pub struct Event {
    /// What.
    pub method: String,
    /// Its details.
    pub details: Value,
}

#[derive(Default)]
struct Listening {
    answers: HashMap<u64, oneshot::Sender<Value>>,
    events: HashMap<String, mpsc::UnboundedSender<Event>>,
}

/// A connection to a browser.
pub struct Devtools {
    asks: Mutex<ChildStdin>,
    listening: Arc<Mutex<Listening>>,
    next: AtomicU64,
}

impl Devtools {
    /// Over these pipes.
    pub fn over(asks: ChildStdin, answers: ChildStdout) -> Self {
        let listening = Arc::<Mutex<Listening>>::default();
        let heard = Arc::clone(&listening);
        std::thread::spawn(move || {
            let mut answers = BufReader::new(answers);
            let mut message = Vec::new();
            while answers.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                if let Ok(value) = serde_json::from_slice(&message) {
                    hear(&heard, value);
                }
                message.clear();
            }
            // Whoever still waits is told that nothing comes any more.
            heard.lock().unwrap().answers.clear();
        });
        Self {
            asks: Mutex::new(asks),
            listening,
            next: AtomicU64::new(1),
        }
    }

    /// What happens in a session from now on.
    pub fn events(&self, session: &str) -> mpsc::UnboundedReceiver<Event> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.listening.lock().unwrap().events.insert(session.to_owned(), sender);
        receiver
    }

    /// Asks something, of a session or of the browser itself; the answer.
    pub async fn ask(&self, session: Option<&str>, method: &str, details: Value) -> Value {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        self.listening.lock().unwrap().answers.insert(id, sender);
        let mut message = json!({ "id": id, "method": method, "params": details });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&message).unwrap();
        bytes.push(0);
        {
            let mut asks = self.asks.lock().unwrap();
            asks.write_all(&bytes).expect("the browser listens");
            asks.flush().expect("the browser listens");
        }
        let answered = timeout(PATIENCE, receiver).await;
        let mut answer = answered
            .unwrap_or_else(|_| panic!("{method}: no answer in time"))
            .unwrap_or_else(|_| panic!("{method}: the browser has ended"));
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }
}

fn hear(listening: &Mutex<Listening>, mut message: Value) {
    let mut listening = listening.lock().unwrap();
    if let Some(id) = message["id"].as_u64() {
        if let Some(waiting) = listening.answers.remove(&id) {
            // Who asked may have given up.
            let _ = waiting.send(message);
        }
        return;
    }
    let (Some(session), Some(method)) = (message["sessionId"].as_str(), message["method"].as_str()) else {
        return;
    };
    if let Some(listener) = listening.events.get(session) {
        let event = Event {
            method: method.to_owned(),
            details: message["params"].take(),
        };
        let _ = listener.send(event);
    }
}
