//! Whose certificates are believed: Mozilla's list of authorities, and those that the operator adds, for servers that have
//! one of a company's own or have signed their own.

use std::sync::Arc;

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use reqwest::ClientBuilder;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Who is believed. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    added: Arc<[CertificateDer<'static>]>,
}

impl Trust {
    /// With the certificates of a PEM file too; none for an empty path.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn read(path: &str) -> Result<Self, String> {
        if path.is_empty() {
            return Ok(Self::default());
        }
        let text = std::fs::read(path).map_err(|error| format!("`ca_file`: {error}"))?;
        let added = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
        let added = added.map_err(|error| format!("`ca_file`: {error}"))?;
        if added.is_empty() {
            return Err("`ca_file`: has no certificate".into());
        }
        let trust = Self { added: added.into() };
        trust.roots().map(|_| trust)
    }

    fn roots(&self) -> Result<RootCertStore, String> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in &*self.added {
            roots.add(certificate.clone()).map_err(|error| format!("`ca_file`: {error}"))?;
        }
        Ok(roots)
    }

    /// For a connection that is TLS from its first byte, or is made so by our own hand.
    pub(super) fn config(&self) -> Result<Arc<ClientConfig>, String> {
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(self.roots()?)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }

    /// For a mail server of this name.
    pub(super) fn mail(&self, host: &str) -> Result<TlsParameters, lettre::transport::smtp::Error> {
        let mut builder = TlsParameters::builder(host.to_owned());
        for certificate in &*self.added {
            builder = builder.add_root_certificate(Certificate::from_der(certificate.to_vec())?);
        }
        builder.build()
    }

    /// For calls by HTTP.
    pub(super) fn http(&self, mut builder: ClientBuilder) -> Result<ClientBuilder, String> {
        for certificate in &*self.added {
            let certificate =
                reqwest::Certificate::from_der(certificate).map_err(|error| error.to_string())?;
            builder = builder.add_root_certificate(certificate);
        }
        Ok(builder)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_without_certificates_is_named() {
        assert!(Trust::read("").is_ok_and(|trust| trust.added.is_empty()));
        assert!(Trust::read("/nowhere/ca.pem").is_err_and(|why| why.starts_with("`ca_file`: ")));
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for text in ["", "no certificate", broken] {
            let mut file = tempfile::NamedTempFile::new().expect("a file");
            file.write_all(text.as_bytes()).expect("written");
            let path = file.path().to_str().expect("a path");
            assert!(Trust::read(path).is_err_and(|why| why.starts_with("`ca_file`: ")), "{text}");
        }
    }
}
