//! HTML of a mail as plain text, for mails that have nothing else.

use mail_parser::decoders::html::html_to_text;

/// What mail programs put around what they quote; from there on nothing is new.
const QUOTES: &[&str] = &[
    "<blockquote",
    "class=\"gmail_quote",
    "class=gmail_quote",
    "id=\"divrplyfwdmsg\"",
    "id=\"appendonsend\"",
    "id=\"mail-editor-reference-message-container\"",
    "class=\"yahoo_quoted",
    "class=\"moz-cite-prefix",
    "class=\"protonmail_quote",
];

/// Ends of boxes, which readers see as the end of a line.
const BOXES: &[&str] =
    &["</div>", "</li>", "</tr>", "</h1>", "</h2>", "</h3>", "</h4>", "</table>", "</ul>", "</ol>"];

/// The text, without what is quoted at the end; all of it when nothing would be left.
pub fn text(html: &str) -> String {
    let own = plain(&html[..own_length(html)]);
    if own.is_empty() { plain(html) } else { own }
}

fn own_length(html: &str) -> usize {
    let lower = html.to_ascii_lowercase();
    let mark = QUOTES.iter().filter_map(|mark| lower.find(mark)).min();
    let Some(mark) = mark else { return html.len() };
    // From the beginning of the tag that has the mark.
    lower[..=mark].rfind('<').unwrap_or(mark)
}

fn plain(html: &str) -> String {
    let mut lined = html.to_owned();
    for end in BOXES {
        lined = broken(&lined, end);
    }
    let text = html_to_text(&lined).replace('\u{a0}', " ");
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        // One blank line between paragraphs is enough.
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

/// The page with a break before each of these ends, in any case.
fn broken(html: &str, end: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let mut lined = String::with_capacity(html.len());
    let mut from = 0;
    for (at, _) in lower.match_indices(end) {
        lined.push_str(&html[from..at]);
        lined.push_str("<br>");
        from = at;
    }
    lined.push_str(&html[from..]);
    lined
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_page_becomes_lines_and_nothing_in_it_stays_alive() {
        let page = "<html><head><title>x</title><style>p{}</style></head><BODY><DIV>Hello &amp; <b>bye</b></DIV>\
            <div>Second<br>third</div><p>Z&uuml;rich</p><script>alert(1)</script><img src=\"https://x/y.png\"></body>";
        assert_eq!(text(page), "Hello & bye\nSecond\nthird\nZürich");
    }

    #[test]
    fn what_a_program_quotes_goes() {
        for quote in [
            "<div class=\"gmail_quote\"><div>On Wed, Help wrote:</div><blockquote>We look.</blockquote></div>",
            "<blockquote type=\"cite\">We look.</blockquote>",
            "<hr><div id=\"divRplyFwdMsg\"><b>From:</b> Help</div><div>We look.</div>",
        ] {
            assert_eq!(text(&format!("<div>Still waiting.</div>{quote}")), "Still waiting.", "{quote}");
        }
        assert_eq!(text("<blockquote>all of it</blockquote>"), "all of it");
    }
}
