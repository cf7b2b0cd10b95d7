//! The only door to chance: the operating system's, or seeded so that tests and simulations repeat.

use std::sync::{Mutex, MutexGuard};

use chrono::{DateTime, Utc};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;

/// A source of ids and secrets.
#[derive(Debug)]
pub struct Entropy(Mutex<Source>);

#[derive(Debug)]
struct Source {
    rng: ChaCha20Rng,
    /// The latest id.
    latest: u128,
}

/// The bits of an id that hold its millisecond.
const MILLIS: u128 = !0 << 80;
/// The highest of the 62 random bits at an id's end; unset in a millisecond's first id, so that there is room to count up.
const TOP_RANDOM_BIT: u128 = 1 << 61;

impl Entropy {
    /// Seeded by the operating system: unpredictable.
    pub fn from_system() -> Self {
        let mut seed = [0; 32];
        if getrandom::fill(&mut seed).is_err() {
            // Without randomness no secret can be made; nothing that this program does would be safe.
            std::process::abort();
        }
        Self::of(ChaCha20Rng::from_seed(seed))
    }

    /// Repeats itself for the same seed: for tests and simulations only.
    pub fn seeded(seed: u64) -> Self {
        Self::of(ChaCha20Rng::seed_from_u64(seed))
    }

    fn of(rng: ChaCha20Rng) -> Self {
        Self(Mutex::new(Source { rng, latest: 0 }))
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        // A panic while drawing leaves a generator that is as good as before.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        self.source().bytes()
    }

    /// An id that sorts by the moment it was made (UUID version 7, RFC 9562 section 5.7). Ids of one millisecond, of which there
    /// are many while the test clock stands still, sort in the order in which they were made (section 6.2, method 2), unless
    /// another moment's was made between them.
    pub fn id(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        let mut source = self.source();
        let mut id = uuid::Builder::from_unix_timestamp_millis(millis, &source.bytes())
            .into_uuid()
            .as_u128()
            & !TOP_RANDOM_BIT;
        if id & MILLIS == source.latest & MILLIS {
            let next = source.latest + 1 + u128::from(u32::from_le_bytes(source.bytes()));
            // The bits before the random ones say that this is a UUID: no carry may reach them.
            if next >> 62 == source.latest >> 62 {
                id = next;
            }
        }
        source.latest = id;
        Uuid::from_u128(id)
    }
}

impl Source {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_moment_and_then_by_order_of_making() {
        let entropy = Entropy::seeded(1);
        let at = |millis| DateTime::from_timestamp_millis(millis).expect("an instant");
        let mut ids = vec![Uuid::nil()];
        for millis in [1_000, 1_001, 2_000_000_000_000] {
            ids.extend((0..10_000).map(|_| entropy.id(at(millis))));
        }
        assert!(ids.is_sorted_by(|earlier, later| earlier < later));
        let is_version_7 = |id: &Uuid| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122;
        assert!(ids.iter().skip(1).all(is_version_7));
    }
}
