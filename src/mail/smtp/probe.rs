//! What a relay says of itself, for whoever looks for what is wrong.

use chrono::{DateTime, Utc};
use x509_parser::{extensions::GeneralName, prelude::FromDer, prelude::X509Certificate};

use super::{CertificateDer, tls::Seen};
use crate::domain::delivery::Verdict;

/// What the relay's certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The names that it is for.
    pub names: Vec<String>,
    /// Who vouches for it.
    pub issuer: String,
    /// Until when it is valid.
    pub valid_until: DateTime<Utc>,
}

impl Certificate {
    fn of(der: &CertificateDer<'_>) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(der).ok()?;
        let alternatives = parsed.subject_alternative_name().ok().flatten();
        let names = alternatives.map_or_else(Vec::new, |names| {
            let named = names.value.general_names.iter().filter_map(|name| match name {
                GeneralName::DNSName(name) => Some((*name).to_owned()),
                _ => None,
            });
            named.collect()
        });
        Some(Self {
            names,
            issuer: parsed.issuer().to_string(),
            valid_until: DateTime::from_timestamp(parsed.validity().not_after.timestamp(), 0)?,
        })
    }
}

/// How far a conversation went that brought no mail.
#[derive(Clone, Debug)]
pub struct Probed {
    /// The version of TLS; none: in clear, or it did not come so far.
    pub tls: Option<String>,
    /// What the relay's certificate says, once it was trusted.
    pub certificate: Option<Certificate>,
    /// A user and password are set; where nothing failed, the relay took them.
    pub has_credentials: bool,
    /// What broke it off.
    pub failure: Option<Verdict>,
}

impl Probed {
    pub(super) fn of(seen: Option<&Seen>, has_credentials: bool, failure: Option<Verdict>) -> Self {
        Self {
            tls: seen.map(|seen| seen.version.clone()),
            certificate: seen
                .and_then(|seen| seen.certificate.as_ref())
                .and_then(Certificate::of),
            has_credentials,
            failure,
        }
    }
}
