//! TLS to the relay: whom we trust, and the handshake.

use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ProtocolVersion, RootCertStore};

use super::wire::{Silence, Wire};

/// Whom the sender trusts to vouch for the relay: the system's roots, and more if wanted. Read
/// when the first handshake is made.
#[derive(Clone, Default)]
pub(super) struct Trust {
    extra_roots: Vec<CertificateDer<'static>>,
    config: Option<Arc<ClientConfig>>,
    /// What the last handshake that succeeded came to.
    pub(super) seen: Option<Seen>,
}

/// An encrypted connection, as seen from here.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) version: String,
    pub(super) certificate: Option<CertificateDer<'static>>,
}

impl Trust {
    pub(super) fn with_roots(extra_roots: Vec<CertificateDer<'static>>) -> Self {
        Self {
            extra_roots,
            config: None,
            seen: None,
        }
    }

    async fn config(&mut self) -> Result<Arc<ClientConfig>, String> {
        if let Some(config) = &self.config {
            return Ok(Arc::clone(config));
        }
        let mut roots = RootCertStore::empty();
        for root in &self.extra_roots {
            roots
                .add(root.clone())
                .map_err(|error| format!("a given root certificate cannot be used: {error}"))?;
        }
        let of_system = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
        roots.add_parsable_certificates(of_system.map(|found| found.certs).unwrap_or_default());
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::clone(self.config.insert(Arc::new(config))))
    }

    /// Encrypts `wire` after checking that the other side is `host`. The caller bounds the time.
    pub(super) async fn encrypt(&mut self, wire: Wire, host: String) -> Result<Wire, String> {
        let name = ServerName::try_from(host).map_err(|error| error.to_string())?;
        let connector = TlsConnector::from(self.config().await?);
        let stream = wire.into_stream().map_err(|silence: Silence| silence.to_string())?;
        let stream = connector
            .connect(name, stream)
            .await
            .map_err(|error| format!("no TLS: {error}"))?;
        let (_, connection) = stream.get_ref();
        self.seen = Some(Seen {
            version: match connection.protocol_version() {
                Some(ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
                Some(ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
                other => format!("{other:?}"),
            },
            certificate: connection
                .peer_certificates()
                .and_then(|chain| chain.first())
                .map(|certificate| certificate.clone().into_owned()),
        });
        Ok(Wire::new(stream))
    }
}
