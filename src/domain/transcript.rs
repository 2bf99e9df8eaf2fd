//! Messages to readable text.
