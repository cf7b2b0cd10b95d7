//! What becomes of a mail.

/// What becomes of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageStatus {
    /// Waits for its moment or for the relay.
    Queued,
    /// A server is handing it over.
    Sending,
    /// The relay took it.
    Sent,
    /// It cannot be made or delivered; the reason says why.
    Failed,
    /// No verdict after the whole mail was handed over, and it is not sent again unasked: it may have arrived.
    Unknown,
    /// Kept back until released.
    Held,
    /// Its use was over before it could go.
    Expired,
    /// Somebody called it back.
    Cancelled,
    /// The address refused mail before.
    Suppressed,
    /// It came back.
    Bounced,
}

impl MessageStatus {
    /// Every status.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Failed,
        Self::Unknown,
        Self::Held,
        Self::Expired,
        Self::Cancelled,
        Self::Suppressed,
        Self::Bounced,
    ];

    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Held => "held",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Suppressed => "suppressed",
            Self::Bounced => "bounced",
        }
    }

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}
