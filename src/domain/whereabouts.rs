//! Where a database sends from. A backup that is restored elsewhere holds mails that have gone from the original, or will: it
//! must not send them a second time, so it does not send before a person says so.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a database is, and what its links begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// What links in mails begin with.
    pub base_url: String,
    /// What tells the database from its copies.
    pub identity: String,
    /// Where it is, in words.
    pub place: String,
}

impl Whereabouts {
    /// Whether this is the same database for the same public. Only words may differ: a file may be moved.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.identity == other.identity && self.base_url == other.base_url
    }
}

impl fmt::Display for Whereabouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, with links that begin with {}", self.place, self.base_url)
    }
}

/// Why nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendLock {
    /// From where it was sent.
    pub known: Whereabouts,
    /// From where it would be sent now.
    pub here: Whereabouts,
}

impl SendLock {
    /// The lock, if there is one.
    #[must_use]
    pub fn between(known: Whereabouts, here: &Whereabouts) -> Option<Self> {
        (!known.is_same_as(here)).then(|| Self {
            known,
            here: here.clone(),
        })
    }

    /// What differs, in words.
    #[must_use]
    pub fn difference(&self) -> &'static str {
        match (
            self.known.identity == self.here.identity,
            self.known.base_url == self.here.base_url,
        ) {
            (false, false) => "this is another database, such as a restored copy, with other links",
            (false, true) => "this is another database, such as a restored copy",
            (true, _) => "the base URL has changed",
        }
    }
}

impl fmt::Display for SendLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "sending is locked, for {}. Mail went out from: {}. Here is: {}. Deciding goes on; `leernetwerk unlock` lets mail go from here",
            self.difference(),
            self.known,
            self.here
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(base_url: &str, identity: &str, place: &str) -> Whereabouts {
        Whereabouts {
            base_url: base_url.to_owned(),
            identity: identity.to_owned(),
            place: place.to_owned(),
        }
    }

    #[test]
    fn another_database_or_other_links_lock_and_a_moved_file_does_not() {
        let known = at("https://a.example", "1", "the file x");
        let lock = |here: &Whereabouts| SendLock::between(known.clone(), here);
        assert_eq!(lock(&known), None);
        assert_eq!(lock(&at("https://a.example", "1", "the file y")), None);
        for (here, difference) in [
            (
                at("https://a.example", "2", "the file x"),
                "another database, such as a restored copy.",
            ),
            (at("https://b.example", "1", "the file x"), "base URL has changed"),
            (at("https://b.example", "2", "the file z"), "with other links"),
        ] {
            let told = lock(&here).unwrap().to_string();
            for said in [
                difference,
                "https://a.example",
                &here.base_url,
                &here.place,
                "leernetwerk unlock",
            ] {
                assert!(told.contains(said), "{said} in {told}");
            }
        }
    }
}
