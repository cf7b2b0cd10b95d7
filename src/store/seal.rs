//! What is stored so that only who has the secret can read it: mail bodies and letters, which hold live links.
//!
//! The keys are derived from the secret (HKDF-SHA256, RFC 5869), one per purpose. A sealed value is a 24-byte nonce followed
//! by XChaCha20-Poly1305 ciphertext; the id of its row is bound to it, so that no value can be put in another's place.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Result, StoreError};

/// Bytes of a nonce. Long enough to be drawn at random for every value.
pub const NONCE_BYTES: usize = 24;

/// The keys that a secret gives.
#[derive(Clone)]
pub struct Seal {
    cipher: XChaCha20Poly1305,
    addresses: Hkdf<Sha256>,
    fingerprint: String,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seal")
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

impl Seal {
    /// Derives the keys. The secret should hold 32 random bytes in any spelling; it is not stretched.
    ///
    /// # Errors
    /// Never, with the lengths used here; a caller need not trust that.
    pub fn new(secret: &SecretString) -> Result<Self> {
        let keys = Hkdf::<Sha256>::new(Some(b"leernetwerk"), secret.expose_secret().as_bytes());
        let derive =
            |purpose: &str, key: &mut [u8]| keys.expand(purpose.as_bytes(), key).map_err(|_| StoreError::Sealed);
        let mut key = [0; 32];
        derive("stored mail, version 1", &mut key)?;
        let mut addresses = [0; 32];
        derive("addresses, version 1", &mut addresses)?;
        let mut fingerprint = [0; 8];
        derive("fingerprint, version 1", &mut fingerprint)?;
        Ok(Self {
            cipher: XChaCha20Poly1305::new(&key.into()),
            addresses: Hkdf::from_prk(&addresses).map_err(|_| StoreError::Sealed)?,
            fingerprint: hexadecimal(&fingerprint),
        })
    }

    /// A short value that tells this secret from others and gives nothing of it away: stored at the first start, compared at
    /// every other.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// An address, in its comparable form, under a key: whoever reads the list of suppressed addresses without the secret
    /// cannot try addresses out on it. One step of HKDF's expansion is HMAC-SHA256.
    ///
    /// # Errors
    /// Never, with the length used here.
    pub fn address_hash(&self, comparable: &str) -> Result<String> {
        let mut hash = [0; 32];
        self.addresses
            .expand(comparable.as_bytes(), &mut hash)
            .map_err(|_| StoreError::Sealed)?;
        Ok(hexadecimal(&hash))
    }

    /// Seals `plain` for the row `id`. The nonce must be fresh from chance.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] if it is longer than the cipher can take (some 256 GB).
    pub fn seal(&self, id: Uuid, nonce: [u8; NONCE_BYTES], plain: &[u8]) -> Result<Vec<u8>> {
        let payload = Payload {
            msg: plain,
            aad: id.as_bytes(),
        };
        let ciphertext = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::Sealed)?;
        Ok([&nonce[..], &ciphertext].concat())
    }

    /// Opens what was sealed for the row `id`.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] if it was sealed with another secret, for another row, or was altered.
    pub fn open(&self, id: Uuid, sealed: &[u8]) -> Result<Vec<u8>> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(StoreError::Sealed)?;
        let payload = Payload {
            msg: ciphertext,
            aad: id.as_bytes(),
        };
        self.cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| StoreError::Sealed)
    }
}

/// What is stored of a token: its SHA-256 in hexadecimal. Tokens are 32 random bytes, so no salt or slow hash is needed.
pub fn hash_token(token: &str) -> String {
    hexadecimal(&Sha256::digest(token.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(1);

    fn seal(secret: &str) -> Seal {
        Seal::new(&SecretString::from(secret)).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_again_and_shows_nothing() {
        let sealed = seal("a").seal(ID, [7; 24], b"https://leer.example/p/token").unwrap();
        assert_eq!(seal("a").open(ID, &sealed).unwrap(), b"https://leer.example/p/token");
        assert!(!sealed.windows(5).any(|part| part == b"token"));
        assert_eq!(sealed.len(), 24 + 28 + 16);
    }

    #[test]
    fn only_for_its_row_with_its_secret_and_unaltered() {
        let sealed = seal("a").seal(ID, [7; 24], b"plain").unwrap();
        assert!(matches!(seal("b").open(ID, &sealed), Err(StoreError::Sealed)));
        assert!(matches!(
            seal("a").open(Uuid::from_u128(2), &sealed),
            Err(StoreError::Sealed)
        ));
        for index in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[index] ^= 1;
            assert!(
                matches!(seal("a").open(ID, &altered), Err(StoreError::Sealed)),
                "byte {index}"
            );
            assert!(
                matches!(seal("a").open(ID, &sealed[..index]), Err(StoreError::Sealed)),
                "{index} bytes"
            );
        }
    }

    // What is in databases must stay readable: these values never change. Computed apart, from RFC 5869 and the draft of
    // XChaCha20-Poly1305.
    #[test]
    fn the_derivation_is_fixed() {
        let seal = seal("the secret of a test");
        assert_eq!(seal.fingerprint(), "a41b04f2c132349f");
        assert_eq!(
            seal.address_hash("anna@gemeente.example").unwrap(),
            "500687689e0df0357b41eca6cba28a5cbe0bb6a0ed4a13bab4e638137b3c547f"
        );
        let sealed = seal.seal(ID, [0; 24], b"x").unwrap();
        assert_eq!(hexadecimal(&sealed[24..]), "450bd460be4288e7361840cb8f121e8b10");
    }

    #[test]
    fn the_fingerprint_tells_secrets_apart_and_is_all_that_is_shown() {
        assert_eq!(seal("a").fingerprint(), seal("a").fingerprint());
        assert_ne!(seal("a").fingerprint(), seal("b").fingerprint());
        assert_eq!(
            format!("{:?}", seal("a")),
            format!("Seal {{ fingerprint: {:?}, .. }}", seal("a").fingerprint())
        );
    }

    #[test]
    fn a_token_is_stored_as_its_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            hash_token("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
