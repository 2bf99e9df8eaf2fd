//! Makes new inputs of known ones. The same seed makes the same inputs.

/// No input is longer. Bytes.
const LONGEST: usize = 16 * 1024;
/// Most bends of one input.
const BENDS: usize = 5;
/// Most words that are taken from the known inputs.
const WORDS: usize = 1_000;

/// What parsers stumble over: ends of numbers, of texts and of nesting; letters that change their length with their case,
/// turn the direction of writing, or look like others.
const ODD: &[&str] = &[
    "\0",
    "\\u0000",
    "\\ud83d",
    "\\ud83d\\ude00",
    "\u{202e}",
    "\u{feff}",
    "\u{2028}",
    "\u{a0}",
    "\r\n",
    "\n",
    "\r\n\r\n",
    "\t",
    " ",
    "😀",
    "👩‍👩‍👧",
    "e\u{301}",
    "İ",
    "ẞ",
    "K",
    "ﬃ",
    "ΐ",
    "＝",
    "。",
    "ａ",
    "0",
    "-0",
    "-1",
    "1e999",
    "1e-400",
    "0.1",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999",
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "[",
    "{",
    "]",
    "}",
    "\"",
    "\"\"",
    "'",
    "\\",
    ",",
    ":",
    ";",
    "=",
    "+",
    "-",
    "@",
    "&",
    "%",
    "%00",
    "%0d%0a",
    "..",
    "../",
    "/",
    "//",
    "?",
    "#",
    "*",
    "**",
    "`",
    "<",
    ">",
    "<!--",
    "http://",
    "https://",
    "javascript:",
    "127.0.0.1",
    "[::1]",
    "localhost",
    "169.254.169.254",
    "--",
    "\u{80}",
    "\u{10ffff}",
];

/// Makes inputs, one after the other.
pub struct Bender {
    state: u64,
    known: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
}

impl Bender {
    /// Of these inputs; there is at least one.
    pub fn new(seed: u64, known: Vec<Vec<u8>>) -> Self {
        let mut words: Vec<Vec<u8>> = known.iter().flat_map(|bytes| words_of(bytes)).collect();
        words.sort();
        words.dedup();
        words.truncate(WORDS);
        words.extend(ODD.iter().map(|word| word.as_bytes().to_vec()));
        Self { state: seed, known, words }
    }

    /// The next one.
    pub fn next(&mut self) -> Vec<u8> {
        let mut bytes = if self.one_in(50) {
            let length = self.below(64);
            (0..length).map(|_| self.byte()).collect()
        } else {
            let from = self.below(self.known.len());
            self.known[from].clone()
        };
        for _ in 0..=self.below(BENDS) {
            self.bend(&mut bytes);
            bytes.truncate(LONGEST);
        }
        bytes
    }

    fn bend(&mut self, bytes: &mut Vec<u8>) {
        let (from, to) = self.range(bytes.len());
        match self.below(11) {
            0 if !bytes.is_empty() => {
                let at = self.below(bytes.len());
                bytes[at] ^= 1 << self.below(8);
            }
            1 if !bytes.is_empty() => {
                let at = self.below(bytes.len());
                bytes[at] = self.byte();
            }
            2 | 3 => {
                let word = self.word();
                bytes.splice(from..from, word);
            }
            4 => {
                let word = self.word();
                bytes.splice(from..to, word);
            }
            5 => {
                bytes.drain(from..to);
            }
            6 => {
                let piece = bytes[from..to].to_vec();
                bytes.splice(to..to, piece);
            }
            7 => {
                // Many times the same: depth and length.
                let word = if self.one_in(2) { self.word() } else { bytes[from..to.min(from + 8)].to_vec() };
                let times = 1 << self.below(11);
                bytes.splice(from..from, word.repeat(times).into_iter().take(LONGEST));
            }
            8 => bytes.truncate(from),
            9 => {
                let other = self.below(self.known.len());
                let (begin, end) = self.range(self.known[other].len());
                let piece = self.known[other][begin..end].to_vec();
                bytes.splice(from..to, piece);
            }
            // A word of one kind by one of the same, as a number by a number.
            _ => {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                let begin = bytes[..from].iter().rposition(|byte| !is_part(byte)).map_or(0, |at| at + 1);
                let end =
                    bytes[from..].iter().position(|byte| !is_part(byte)).map_or(bytes.len(), |at| from + at);
                let word = self.word();
                bytes.splice(begin..end, word);
            }
        }
    }

    fn word(&mut self) -> Vec<u8> {
        let at = self.below(self.words.len());
        self.words[at].clone()
    }

    /// Two places in so many bytes, the first before the second.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        let most = if self.one_in(4) { length - from } else { (length - from).min(16) };
        (from, from + self.below(most + 1))
    }

    fn byte(&mut self) -> u8 {
        self.random().to_le_bytes()[0]
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    /// From 0 to `end` - 1.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.random() % u64::try_from(end).unwrap()).unwrap()
    }

    /// `SplitMix64`, as in <https://prng.di.unimi.it/splitmix64.c>.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Names, numbers and values in an input.
fn words_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte) || *byte >= 0x80;
    let words = bytes.split(|byte| !is_part(byte));
    words.filter(|word| (2..40).contains(&word.len())).map(<[u8]>::to_vec).collect()
}
