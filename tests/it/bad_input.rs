//! What hostile, broken and clumsy clients send, on both sockets: each gets its code, nothing is stored, and everybody
//! else goes on.

mod commands;
mod credentials;
mod framing;
mod handshake;
mod limits;
mod silence;
