//! Domain values as the text columns hold them: ids, names of variants, JSON.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};

use super::StoreError;

/// An id, from its text.
pub(super) fn id<T: FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::broken(format!("not an id: {text}")))
}

/// An id that may be missing.
pub(super) fn maybe_id<T: FromStr>(text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(id).transpose()
}

/// The text of an id that may be missing.
pub(super) fn maybe<T: Display>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// A variant without fields, from the name serde gives it.
pub(super) fn variant<T: for<'de> Deserialize<'de>>(name: &str) -> Result<T, StoreError> {
    let deserializer: StrDeserializer<'_, ValueError> = name.into_deserializer();
    T::deserialize(deserializer).map_err(|error| StoreError::broken(error.to_string()))
}

/// The name serde gives a variant without fields.
pub(super) fn variant_name<T: Serialize>(value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(name) => Ok(name),
        other => Err(StoreError::broken(format!("not a plain name: {other}"))),
    }
}

/// JSON text of a value.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?)
}

/// A value from its JSON text.
pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    Ok(serde_json::from_str(text)?)
}

/// A pattern for `LIKE … ESCAPE '\'` that finds `text` anywhere, its ASCII letters in lower case: neither
/// database folds the others.
pub(super) fn anywhere(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.to_ascii_lowercase().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
