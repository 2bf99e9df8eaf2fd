//! Files that a customer sends together may come as an event each. They become one message, once nothing more of it comes.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::Line;
use crate::channels::What;
use crate::domain::Millis;
use crate::store::inbox::Waiting;

/// So long after the last event of an album no more of it are waited for.
const LAST: Millis = 1_000;

/// The events behind `first` that bring files of the same message.
pub(super) fn rest(line: &Line, first: &Waiting, others: &mut Peekable<IntoIter<Waiting>>) -> Vec<Waiting> {
    let album = |event: &Waiting| line.platform.album(&event.raw);
    let mut rest = Vec::new();
    if let Some(together) = album(first) {
        while let Some(next) = others.next_if(|next| album(next).as_ref() == Some(&together)) {
            rest.push(next);
        }
    }
    rest
}

/// When the album is whole; none for what is none.
pub(super) fn whole_at(line: &Line, first: &Waiting, rest: &[Waiting]) -> Option<Millis> {
    line.platform.album(&first.raw)?;
    Some(rest.last().unwrap_or(first).received_at + LAST)
}

/// What an event of an album says, and its files.
pub(super) fn words(line: &Line, event: &Waiting) -> Option<(String, Vec<crate::channels::RemoteFile>)> {
    match line.platform.read(&event.raw).ok()?.what {
        What::Message { text, files } => Some((text, files)),
        _ => None,
    }
}
