//! TLS as we speak it to endpoints: rustls with ring, and the system's authorities.

use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::{Error, Result};

/// Trusts the system's authorities and these, in DER.
///
/// # Errors
/// `Tls`, when one of these is none. A system without authorities is a warning: nothing can be
/// sent from it then but to hosts that these signed for.
pub(crate) fn connector(more: &[Vec<u8>]) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    let (good, bad) = roots.add_parsable_certificates(native.certs);
    if good == 0 {
        tracing::warn!(
            bad,
            "this system knows no certificate authorities; install ca-certificates"
        );
    }
    for one in more {
        let added = roots.add(CertificateDer::from(one.clone()));
        added.map_err(|error| Error::Tls(error.to_string()))?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
