//! Long texts in parts that a platform takes.

use unicode_segmentation::UnicodeSegmentation;

/// What a platform counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode scalar values.
    Characters,
    /// As JavaScript and Java count.
    Utf16,
    /// UTF-8.
    Bytes,
}

impl Unit {
    /// The length of a text.
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Characters => text.chars().count(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Bytes => text.len(),
        }
    }

    /// Is the text longer than this? Looks no further than it must.
    fn exceeds(self, text: &str, most: usize) -> bool {
        match self {
            Self::Characters => text.chars().nth(most).is_some(),
            Self::Utf16 => text.encode_utf16().nth(most).is_some(),
            Self::Bytes => text.len() > most,
        }
    }
}

/// Parts of at most `most` units: cut between paragraphs if that leaves at least half a part, else after a sentence, else
/// between words, else between graphemes. No part is empty, and white space at the cuts is dropped.
pub fn split(text: &str, most: usize, unit: Unit) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while unit.exceeds(rest, most) {
        let cut = cut(rest, most, unit);
        let (part, after) = rest.split_at(cut);
        if !part.trim_end().is_empty() {
            parts.push(part.trim_end());
        }
        rest = after.trim_start();
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// Where the first part ends, in bytes; never 0.
fn cut(text: &str, most: usize, unit: Unit) -> usize {
    let mut end = 0;
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += unit.count(grapheme);
        if used > most {
            break;
        }
        end = at + grapheme.len();
    }
    if end == 0 {
        // One grapheme is longer than a part: it is cut between characters.
        let mut used = 0;
        let fits = |c: &char| {
            used += unit.count(c.encode_utf8(&mut [0; 4]));
            used <= most
        };
        let first = text.chars().next().map_or(1, char::len_utf8);
        return text.chars().take_while(fits).map(char::len_utf8).sum::<usize>().max(first);
    }
    let head = &text[..end];
    let half = end / 2;
    let after = |found: Option<usize>, length: usize| found.map(|at| at + length).filter(|at| *at > half);
    let sentence = [". ", "! ", "? ", "。", ".\n"];
    after(head.rfind("\n\n"), 2)
        .or_else(|| sentence.iter().filter_map(|mark| after(head.rfind(mark), mark.len())).max())
        .or_else(|| after(head.rfind('\n'), 1))
        .or_else(|| after(head.rfind(' '), 1))
        .unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_one_part_and_nothing_is_none() {
        assert_eq!(split(" hello ", 5, Unit::Characters), ["hello"]);
        assert!(split("  \n", 5, Unit::Characters).is_empty());
    }

    #[test]
    fn the_best_place_is_chosen() {
        assert_eq!(split("aaaa bbbb\n\ncccc dddd", 12, Unit::Characters), ["aaaa bbbb", "cccc dddd"]);
        assert_eq!(
            split("One two. Three four five", 14, Unit::Characters),
            ["One two.", "Three four", "five"]
        );
        assert_eq!(split("aaaaaaaaaa", 4, Unit::Characters), ["aaaa", "aaaa", "aa"]);
    }

    #[test]
    fn no_grapheme_is_torn_and_each_unit_counts_as_it_should() {
        let family = "👨‍👩‍👧";
        let text = family.repeat(3);
        assert_eq!(split(&text, 7, Unit::Characters), [family, family, family].map(|f| f));
        assert_eq!(split("ééé", 4, Unit::Bytes), ["éé", "é"]);
        assert_eq!(split("👋👋👋", 4, Unit::Utf16), ["👋👋", "👋"]);
        for most in 1..40 {
            let parts = split(&text, most, Unit::Utf16);
            assert_eq!(parts.concat(), text);
            assert!(most < 2 || parts.iter().all(|part| Unit::Utf16.count(part) <= most), "{most}");
        }
    }
}
