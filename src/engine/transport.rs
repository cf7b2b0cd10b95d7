//! Where mails go: nowhere, into files, or to a relay.

use std::{
    io,
    path::{Path, PathBuf},
};

use tokio::{
    fs::{self, File},
    io::AsyncWriteExt,
};

use crate::{
    domain::{delivery::Verdict, ids::MessageId, whereabouts::Whereabouts},
    mail::smtp::{Deadlines, Envelope, Relay, SmtpSender},
    store::Terms,
};

/// Where mails go.
#[derive(Debug, Clone)]
pub enum Transport {
    /// Nowhere: they stay readable in the database. Every one is accepted.
    Capture,
    /// Into this directory, one file `<message id>.eml` each.
    File(PathBuf),
    /// To a relay.
    Smtp(Box<SmtpRoute>),
}

/// How mails reach the relay.
#[derive(Debug, Clone)]
pub struct SmtpRoute {
    /// The relay.
    pub relay: Relay,
    /// What we call ourselves.
    pub hello_name: String,
    /// Where reports of non-delivery go: the envelope's sender.
    pub envelope_from: String,
    /// How long each step may take.
    pub deadlines: Deadlines,
    /// Where this is: nothing goes from elsewhere than before. None: that does not matter.
    pub here: Option<Whereabouts>,
}

impl Transport {
    /// What has to be heeded when a mail is claimed for it.
    pub(super) fn terms(&self) -> Terms {
        match self {
            Self::Capture | Self::File(_) => Terms::default(),
            Self::Smtp(route) => Terms {
                pace: route.relay.pace().map(|pace| (route.relay.name(), pace)),
                here: route.here.clone(),
            },
        }
    }
}

/// One sender's way to the transport; it keeps the connection.
pub(super) enum Carrier {
    Capture,
    File(PathBuf),
    Smtp {
        sender: Box<SmtpSender>,
        envelope_from: String,
    },
}

impl Carrier {
    pub(super) fn new(transport: &Transport) -> Self {
        match transport {
            Transport::Capture => Self::Capture,
            Transport::File(directory) => Self::File(directory.clone()),
            Transport::Smtp(route) => Self::Smtp {
                sender: Box::new(SmtpSender::new(route.relay.clone(), &route.hello_name, route.deadlines)),
                envelope_from: route.envelope_from.clone(),
            },
        }
    }

    /// Hands a whole message over. Every failure is a verdict.
    pub(super) async fn carry(&mut self, id: MessageId, address: &str, raw: &[u8]) -> Verdict {
        match self {
            Self::Capture => Verdict::taken(),
            Self::File(directory) => match write(directory, id, raw).await {
                Ok(()) => Verdict::taken(),
                Err(error) => {
                    Verdict::not_handed_over(&format!("the mail cannot be written to the directory: {error}"))
                }
            },
            Self::Smtp { sender, envelope_from } => {
                let envelope = Envelope {
                    from: envelope_from.clone(),
                    to: address.to_owned(),
                };
                sender.send(&envelope, raw).await
            }
        }
    }

    /// Says goodbye to the relay.
    pub(super) async fn close(self) {
        if let Self::Smtp { sender, .. } = self {
            sender.quit().await;
        }
    }
}

/// Writes the file whole or not at all: who reads the directory never sees half a mail. The directory is not made; one that
/// vanished (a disk that is not mounted) is a failure to tell.
async fn write(directory: &Path, id: MessageId, raw: &[u8]) -> io::Result<()> {
    let unfinished = directory.join(format!(".{id}.eml.part"));
    let mut file = File::create(&unfinished).await?;
    file.write_all(raw).await?;
    file.sync_all().await?;
    fs::rename(&unfinished, directory.join(format!("{id}.eml"))).await
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::delivery::AttemptOutcome;

    const ID: MessageId = MessageId(Uuid::from_u128(1));

    #[tokio::test]
    async fn a_file_holds_the_bytes_under_the_mails_id() {
        let directory = tempfile::tempdir().unwrap();
        let mut carrier = Carrier::new(&Transport::File(directory.path().into()));
        for _ in 0..2 {
            let verdict = carrier.carry(ID, "a@b.example", b"Subject: x\r\n\r\ny\r\n").await;
            assert_eq!(verdict.outcome, AttemptOutcome::Accepted);
        }
        let files: Vec<_> = std::fs::read_dir(directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files, [directory.path().join(format!("{ID}.eml"))]);
        assert_eq!(std::fs::read(&files[0]).unwrap(), b"Subject: x\r\n\r\ny\r\n");
    }

    #[tokio::test]
    async fn a_directory_that_vanished_is_the_relays_failure_and_not_the_mails() {
        let directory = tempfile::tempdir().unwrap();
        let mut carrier = Carrier::new(&Transport::File(directory.path().join("gone")));
        let verdict = carrier.carry(ID, "a@b.example", b"x").await;
        assert_eq!((verdict.outcome, verdict.code), (AttemptOutcome::RelayFailed, None));
        assert!(verdict.text.unwrap().contains("No such file"));
    }
}
