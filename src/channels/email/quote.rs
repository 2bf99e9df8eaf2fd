//! What a mail says by itself, without the mails it quotes and without the signature under it.
//!
//! Cut is only what stands at the end and is marked as such; where a customer answers between quoted lines, all of it stays.
//! Nothing is lost: the whole mail is in the raw event.

/// How a line begins and what verb it has that mail programs write above what they quote, with date and name; it ends with
/// a colon.
const LEADS: &[(&str, &[&str])] = &[
    ("on ", &["wrote"]),
    ("am ", &["schrieb", "geschrieben"]),
    ("le ", &["a écrit"]),
    ("el ", &["escribió"]),
    ("em ", &["escreveu"]),
    ("il ", &["ha scritto"]),
    ("op ", &["schreef"]),
    ("den ", &["skrev"]),
];

/// Ends of such a line that need no beginning.
const ENDS: &[&str] = &["كتب:", "ने लिखा:", "のメール:", "wrote:", "schrieb:"];

/// Lines after which everything is quoted.
const RULES: &[&str] = &[
    "-----original message-----",
    "---- original message ----",
    "-----ursprüngliche nachricht-----",
    "-----message d'origine-----",
    "-----mensaje original-----",
    "-----mensagem original-----",
    "---------- forwarded message ---------",
];

/// How the heads of a quoted mail begin: the four that follow each other.
const HEADS: &[[&str; 2]] = &[
    ["from:", "sent:"],
    ["from:", "date:"],
    ["von:", "gesendet:"],
    ["de :", "envoyé :"],
    ["de:", "enviado:"],
    ["de:", "enviado el:"],
];

/// Longest lead over a quotation, in lines: programs fold it.
const LEAD_LINES: usize = 3;

/// The words of the mail itself; the whole text when nothing would be left.
pub fn own_words(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\u{a0}', " ");
    let lines: Vec<&str> = text.lines().collect();
    let mut end = without_history(&lines);
    if let Some(at) = lines[..end].iter().rposition(|line| *line == "-- " || *line == "--") {
        end = at;
    }
    let own = lines[..end].join("\n").trim().to_owned();
    if own.is_empty() { text.trim().to_owned() } else { own }
}

/// How many lines stand before the quoted history.
fn without_history(lines: &[&str]) -> usize {
    // Asked once, as every line may look like a lead: behind which line nothing is quoted, and nothing their own.
    let end = |is: fn(&str) -> bool| lines.iter().rposition(|line| is(line)).map_or(0, |at| at + 1);
    let (quoted, own) = (end(|line| line.starts_with('>')), end(|line| !is_blank_or_quoted(line)));
    for at in 0..lines.len() {
        let line = lines[at].trim().to_lowercase();
        let is_rule = RULES.contains(&line.as_str());
        if is_rule || is_head(&lines[at..]) {
            return at;
        }
        if let Some(length) = lead(&lines[at..]) {
            let rest = at + length;
            // Quoted lines only or, under a lead with a time or an address, lines of a program that marks none.
            let is_quotation =
                if quoted > rest { own <= rest } else { lines[at..rest].iter().any(|line| is_dated(line)) };
            if is_quotation {
                return at;
            }
        }
    }
    // Quoted lines at the end without a word above them.
    if quoted > own { own } else { lines.len() }
}

/// How many lines the lead over a quotation has that begins here.
fn lead(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?.trim().to_lowercase();
    let mut joined = String::new();
    for (index, line) in lines.iter().take(LEAD_LINES).enumerate() {
        joined = format!("{joined} {}", line.trim().to_lowercase());
        let said = joined.trim();
        let known = LEADS
            .iter()
            .any(|(begin, verbs)| first.starts_with(begin) && verbs.iter().any(|verb| said.contains(verb)));
        if known && said.ends_with(':')
            || index == 0 && ENDS.iter().any(|end| said.ends_with(end) && said.contains('@'))
        {
            return Some(index + 1);
        }
    }
    None
}

/// A time of the day or a mail address, which people rarely put before what they say.
fn is_dated(line: &str) -> bool {
    let is_time = |part: &[u8]| part[0].is_ascii_digit() && part[1] == b':' && part[2].is_ascii_digit();
    line.contains('@') || line.as_bytes().windows(3).any(is_time)
}

fn is_blank_or_quoted(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('>')
}

/// Do the heads of a quoted mail begin here?
fn is_head(lines: &[&str]) -> bool {
    let word = |at: usize| lines.get(at).map(|line| line.trim().trim_start_matches('*').to_lowercase());
    let (Some(first), Some(second)) = (word(0), word(1)) else { return false };
    HEADS.iter().any(|[from, sent]| first.starts_with(from) && second.starts_with(sent))
}

/// A subject without what programs put before it when they answer or forward.
pub fn bare_subject(subject: &str) -> &str {
    const MARKS: &[&str] = &["re", "fwd", "fw", "aw", "sv", "wg", "antw", "rv", "enc", "tr", "res"];
    let mut rest = subject.trim();
    loop {
        let Some((mark, after)) = rest.split_once(':') else { return rest };
        let word = mark.trim().to_lowercase();
        let word = word.split('[').next().unwrap_or_default().trim();
        if !MARKS.contains(&word) {
            return rest;
        }
        rest = after.trim();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn history_at_the_end_goes() {
        for history in [
            "On Wed, 31 Dec 2025 at 10:00, Help <support@help.example> wrote:\n> We are looking into it.",
            "On Wed, 31 Dec 2025 at 10:00, Help\n<support@help.example> wrote:\n\n> We are\n> > looking",
            "Am 31.12.25 um 10:00 schrieb Help:\n> Wir sehen nach.",
            "Am Mi., 31. Dez. 2025 um 10:00 Uhr schrieb Help <support@help.example>:\n> Wir sehen nach.",
            "Le mer. 31 déc. 2025 à 10:00, Help <s@help.example> a écrit :\n> Nous regardons.",
            "El mié, 31 dic 2025, Help escribió:\n> Lo miramos.",
            "-----Original Message-----\nFrom: Help\nWe are looking into it.",
            "From: Help <s@help.example>\nSent: Wednesday, 31 December 2025 10:00\nTo: Zoe\nSubject: Re\n\nWe are",
            "*Von:* Help\n*Gesendet:* Mittwoch\nAn: Zoe\n\nWir sehen nach.",
            "> We are looking into it.\n>\n> Help",
            "-- \nZoe\nCustomer Ltd.",
            "--\nZoe\n\nOn Wed, Help wrote:\n> We are",
        ] {
            assert_eq!(own_words(&format!("Still waiting.\n\n{history}\n")), "Still waiting.", "{history}");
        }
    }

    #[test]
    fn what_is_no_history_stays() {
        for text in [
            "On Monday I wrote:\nhello\nand nobody answered.",
            "On 3 May you wrote to me with this offer:\n- two shirts",
            "> Which size?\nLarge.\n> Which colour?\nBlue.",
            "On Wed, Help wrote:\n> Which size?\nLarge.\n> Which colour?\nBlue.",
            "From: Berlin\nTo: Hamburg\ntwo tickets, please",
            "a -- b\n---\nc",
        ] {
            assert_eq!(own_words(text), text);
        }
        assert_eq!(own_words("> all of it\n> is quoted"), "> all of it\n> is quoted");
        assert_eq!(own_words(""), "");
    }

    #[test]
    fn a_lead_in_every_line_takes_no_time_to_speak_of() {
        for line in ["on wrote:\n", "on wrote:\n> x\ny\n", "from:\n", "> x\n"] {
            let text = line.repeat(1_000_000 / line.len());
            let begun = Instant::now();
            own_words(&text);
            assert!(begun.elapsed().as_secs() < 10, "{line}: {:?}", begun.elapsed());
        }
    }

    #[test]
    fn marks_before_a_subject_go() {
        for subject in
            ["Order", "Re: Order", "RE:Order", "AW: WG: Re[2]: Order", "Fwd: fw : Order", " SV: Antw: Order "]
        {
            assert_eq!(bare_subject(subject), "Order", "{subject}");
        }
        assert_eq!(bare_subject("Rest: Order"), "Rest: Order");
        assert_eq!(bare_subject("Re:"), "");
    }
}
