//! Is a phrase in a text? Without regard to case, at word boundaries of any script, `*` for any text.
//!
//! Words are those of Unicode (UAX 29). Scripts that put no spaces between words, such as Chinese, have a
//! boundary around nearly every character, so phrases are found inside their sentences too.

use unicode_segmentation::UnicodeSegmentation;

/// A customer's text, ready to be searched.
#[derive(Debug)]
pub(super) struct Heard {
    text: String,
    /// Offsets at which a word, a space or a sign begins or ends; in order.
    boundaries: Vec<usize>,
}

impl Heard {
    pub fn new(text: &str) -> Self {
        let text = fold(text);
        let mut boundaries: Vec<usize> = text.split_word_bound_indices().map(|(start, _)| start).collect();
        boundaries.push(text.len());
        Self { text, boundaries }
    }

    fn is_boundary(&self, offset: usize) -> bool {
        self.boundaries.binary_search(&offset).is_ok()
    }

    /// Where `piece` ends, at its first place not before `from`.
    fn find(&self, piece: &Piece, mut from: usize) -> Option<usize> {
        loop {
            let start = from + self.text[from..].find(&piece.text)?;
            let end = start + piece.text.len();
            let starts = !piece.starts_word || self.is_boundary(start);
            let ends = !piece.ends_word || self.is_boundary(end);
            if starts && ends {
                return Some(end);
            }
            // Places may overlap, so go on with the very next character.
            from = start + self.text[start..].chars().next()?.len_utf8();
        }
    }
}

/// A phrase: fixed pieces with any text between them.
#[derive(Debug)]
pub(super) struct Phrase(Vec<Piece>);

#[derive(Debug)]
struct Piece {
    text: String,
    /// Must begin at a word boundary: no `*` touches it on the left.
    starts_word: bool,
    /// Must end at a word boundary: no `*` touches it on the right.
    ends_word: bool,
}

impl Phrase {
    pub fn new(phrase: &str) -> Self {
        let folded = fold(phrase);
        let parts: Vec<&str> = folded.split('*').collect();
        let last = parts.len() - 1;
        let pieces =
            parts.iter().enumerate().filter(|(_, part)| !part.trim().is_empty()).map(|(index, part)| Piece {
                text: part.trim().to_owned(),
                starts_word: index == 0 || part.starts_with(' '),
                ends_word: index == last || part.ends_with(' '),
            });
        Self(pieces.collect())
    }

    /// Each piece has a fixed length, so taking the first place that fits leaves the most room for the rest.
    pub fn is_in(&self, heard: &Heard) -> bool {
        self.0.iter().try_fold(0, |from, piece| heard.find(piece, from)).is_some()
    }
}

/// One spelling for what people take as the same: case, white space, apostrophes.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        for character in word.chars() {
            match character {
                // Its lower case would keep a combining dot that nobody types.
                'İ' => folded.push('i'),
                '\u{2019}' => folded.push('\''),
                // By way of upper case, so that ß meets SS and ς meets σ.
                _ => folded.extend(character.to_uppercase().flat_map(char::to_lowercase)),
            }
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrase: &str, text: &str) -> bool {
        Phrase::new(phrase).is_in(&Heard::new(text))
    }

    #[test]
    fn words_and_phrases_are_found_at_word_boundaries() {
        let yes = [
            ("order", "order"),
            ("order", "Where is my ORDER?"),
            ("ORDER", "(order)"),
            ("talk to a human", "can I  talk\n to a human!"),
            (" human ", "human"),
            ("e-mail", "your e-mail address"),
            ("?", "what?"),
            ("c++", "I like C++."),
            ("👋", "hi 👋"),
            ("don't", "I DON’T know"),
            ("7", "order 7"),
            ("a a", "xa a a"),
        ];
        for (phrase, text) in yes {
            assert!(found(phrase, text), "{phrase} in {text}");
        }
        let no = [
            ("order", "border"),
            ("order", "orders"),
            ("order", "reordered"),
            ("talk to", "talk, to"),
            ("don", "don't"),
            ("7", "order 17"),
            ("order", ""),
            ("order", "ord er"),
        ];
        for (phrase, text) in no {
            assert!(!found(phrase, text), "{phrase} in {text}");
        }
    }

    #[test]
    fn every_script_has_its_case_and_its_words() {
        let yes = [
            ("straße", "STRASSE 7"),
            ("ÜBERGABE", "übergabe bitte"),
            ("ΟΔΟΣ", "η οδός οδος"),
            ("человек", "Дайте ЧЕЛОВЕК!"),
            ("insan", "İnsan lütfen"),
            ("人工", "我要人工客服"),
            ("人間", "人間と話したい"),
            ("オペレーター", "オペレーターに繋いで"),
            ("คน", "ขอคุยกับคน"),
            ("מענה אנושי", "אני רוצה מענה אנושי."),
            ("إنسان", "أريد إنسان"),
            ("मदद", "मुझे मदद चाहिए"),
            ("상담원*", "상담원과 연결해 주세요"),
        ];
        for (phrase, text) in yes {
            assert!(found(phrase, text), "{phrase} in {text}");
        }
        let no =
            [("über", "übergabe"), ("век", "человек"), ("नमस", "नमस्ते"), ("상담원", "상담원과 연결해 주세요")];
        for (phrase, text) in no {
            assert!(!found(phrase, text), "{phrase} in {text}");
        }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        let yes = [
            ("*", ""),
            ("*", "anything"),
            ("refund*", "refunding"),
            ("refund*", "a refund"),
            ("*fund", "a refund"),
            ("*fun*", "refunded"),
            ("order * late", "my order is very late"),
            ("order * late", "order late"),
            ("order*late", "orders isolate"),
            ("where * order", "where oh where is the order"),
            ("a**b", "a b"),
            ("late * late", "late, so late"),
        ];
        for (phrase, text) in yes {
            assert!(found(phrase, text), "{phrase} in {text}");
        }
        let no = [
            ("refund*", "prerefund"),
            ("order * late", "late order"),
            ("order * late", "order related"),
            ("order * late", "orders are late"),
            ("order*late", "orders belated"),
            ("*fund", "funds"),
            ("late * late", "late"),
        ];
        for (phrase, text) in no {
            assert!(!found(phrase, text), "{phrase} in {text}");
        }
    }
}
