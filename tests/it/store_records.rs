//! Scopes, people, keys, lists and erasure, the same on both databases.
