//! Where the bytes of a customer's file are, and the calls that lead there.

use super::call::Call;

/// The next call on the way to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Its answer is the file.
    At {
        /// A GET.
        call: Call,
        /// Most redirects that are followed, each judged as any address. They get no header of the call: those are for the
        /// platform alone.
        redirects: u8,
    },
    /// Its answer says where the file is: [`super::Platform::file_in`].
    Ask(Call),
}

impl Source {
    /// A plain GET of an address that the platform, or its customer, named.
    ///
    /// # Errors
    /// When it is no web address.
    pub fn address(url: &str) -> Result<Self, String> {
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err("the file has no web address".into());
        }
        Ok(Self::At { call: get(url.to_owned(), Vec::new()), redirects: 0 })
    }
}

/// A GET.
pub(super) fn get(url: String, headers: Vec<(&'static str, String)>) -> Call {
    let mut call = Call::get(url);
    call.headers = headers;
    call
}
