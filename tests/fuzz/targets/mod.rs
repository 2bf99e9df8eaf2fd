//! The targets: one function for each parser of bytes that others send, by the kind of parser. Also built by
//! `fuzz/`, for libFuzzer.

pub mod addresses;
pub mod bots;
pub mod channels;
pub mod commands;
pub mod files;
pub mod forms;
pub mod frames;
pub mod letters;
pub mod servers;
pub mod tokens;

mod hooks;

/// Calls a macro with the name of every target and the module that has it.
macro_rules! each {
    ($with:ident) => {
        $with! {
            webhook: channels;
            telegram: channels;
            whatsapp: channels;
            messenger: channels;
            instagram: channels;
            twilio: channels;
            line: channels;
            viber: channels;
            slack: channels;
            discord: channels;
            gateway: channels;
            answers: channels;
            sayings: channels;
            split: channels;
            mail: letters;
            mail_hook: letters;
            written_mail: letters;
            imap: servers;
            smtp: servers;
            widget: commands;
            dashboard: commands;
            bodies: commands;
            depth: commands;
            frames: frames;
            visitor_token: tokens;
            identity_proof: tokens;
            ticket: tokens;
            file_link: tokens;
            turn_id: tokens;
            cursor: tokens;
            urls: addresses;
            mail_servers: addresses;
            origins: addresses;
            sniff: files;
            file_name: files;
            csv: forms;
            hours: forms;
            push: forms;
            cards: forms;
            bot_actions: bots;
            script: bots;
        }
    };
}
pub(crate) use each;

/// The text of an input, with a sign in place of what is no UTF-8.
fn text(data: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(data)
}

/// Parts of an input, which the byte 0x1f separates.
fn parts(data: &[u8]) -> Vec<String> {
    data.split(|byte| *byte == 0x1f).map(|part| text(part).into_owned()).collect()
}
