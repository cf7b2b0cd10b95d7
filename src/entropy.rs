//! The only door to chance: the operating system's, or seeded so that tests and simulations repeat.

use std::sync::Mutex;

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
    /// The millisecond of the last id, and how many were made in it.
    last: (u64, u32),
}

/// Ids of one millisecond that can be told apart in their order.
const IDS_A_MILLISECOND: u32 = 1 << 26;

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
        Self(Mutex::new(Source { rng, last: (0, 0) }))
    }

    fn with<T>(&self, draw: impl FnOnce(&mut Source) -> T) -> T {
        // A panic while drawing leaves a generator that is as good as before.
        draw(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.with(|source| source.rng.fill_bytes(&mut bytes));
        bytes
    }

    /// An id that sorts by the moment it was made, and in the order of making within a millisecond (UUID version 7 with a
    /// counter, RFC 9562 sections 5.7 and 6.2): on a clock that stands still everything happens in one.
    pub fn id(&self, now: DateTime<Utc>) -> Uuid {
        let mut random = self.bytes::<10>();
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        let (millis, count) = self.with(|source| {
            source.last = match source.last {
                (last, count) if last == millis && count + 1 < IDS_A_MILLISECOND => (millis, count + 1),
                _ => (millis, 0),
            };
            source.last
        });
        // Twelve bits before the variant, fourteen after it.
        let upper = (count >> 14).to_be_bytes();
        random[0] = upper[2] & 0x0f;
        random[1] = upper[3];
        let lower = (count & 0x3fff).to_be_bytes();
        random[2] = lower[2] & 0x3f;
        random[3] = lower[3];
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_sort_in_the_order_of_making() {
        let (entropy, now) = (
            Entropy::seeded(1),
            DateTime::UNIX_EPOCH + chrono::TimeDelta::days(16_000),
        );
        let ids: Vec<Uuid> = (0..40_000).map(|_| entropy.id(now)).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert!(entropy.id(now + chrono::TimeDelta::milliseconds(1)) > ids[39_999]);
    }

    #[test]
    fn the_same_seed_repeats_itself() {
        assert_eq!(Entropy::seeded(3).bytes::<16>(), Entropy::seeded(3).bytes());
        assert_ne!(Entropy::seeded(3).bytes::<16>(), Entropy::seeded(4).bytes());
    }
}
