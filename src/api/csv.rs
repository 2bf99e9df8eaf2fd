//! Tables for spreadsheets: RFC 4180, and no cell that a spreadsheet would take for a formula.

/// Adds a line. A text that begins like a formula gets an apostrophe in front, which spreadsheets show as text; see OWASP,
/// "CSV Injection".
pub fn line<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (index, text) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        cell(out, text);
    }
    out.push_str("\r\n");
}

fn cell(out: &mut String, text: &str) {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if !formula && !text.contains([',', '"', '\r', '\n']) {
        return out.push_str(text);
    }
    out.push('"');
    if formula {
        out.push('\'');
    }
    for character in text.chars() {
        if character == '"' {
            out.push('"');
        }
        out.push(character);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let of = |cells: &[&str]| {
            let mut out = String::new();
            line(&mut out, cells.iter().copied());
            out
        };
        assert_eq!(of(&["Web", "3", ""]), "Web,3,\r\n");
        assert_eq!(
            of(&["Ortega, Sam", "6\" nails", "two\nlines"]),
            "\"Ortega, Sam\",\"6\"\" nails\",\"two\nlines\"\r\n"
        );
        assert_eq!(of(&["=1+1", "@x", "-3", "＝1"]), "\"'=1+1\",\"'@x\",\"'-3\",\"'＝1\"\r\n");
    }
}
