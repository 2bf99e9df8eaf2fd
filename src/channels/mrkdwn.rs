//! Slack's notation: what stands between `<` and `>` in its texts, and the three characters that are written otherwise.

/// A text of Slack's as people read it there. Mentions keep the ids that Slack gives them, unless it gives a name.
pub(super) fn plain(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let Some((inner, after)) = after.split_once('>') else { break };
        said.push_str(before);
        said.push_str(&shown(inner));
        rest = after;
    }
    said.push_str(rest);
    said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What is between the angle brackets, without them.
fn shown(inner: &str) -> String {
    let (target, label) = inner.split_once('|').unwrap_or((inner, ""));
    let or_id = |id: &str| if label.is_empty() { id.to_owned() } else { label.to_owned() };
    match target.split_at_checked(1) {
        Some((sign @ ("@" | "#"), id)) => format!("{sign}{}", or_id(id).trim_start_matches(sign)),
        // A group, a date, or everybody who is here.
        Some(("!", word)) if word.contains('^') => or_id(word),
        Some(("!", word)) => format!("@{word}"),
        // Slack makes links of words such as shop.example, and keeps the words.
        _ if label.is_empty() || bare(target) == label.trim_end_matches('/') => or_id(target),
        _ => format!("{label} ({target})"),
    }
}

/// An address without what nobody types.
fn bare(target: &str) -> &str {
    let schemes = ["https://", "http://", "mailto:", "tel:"];
    schemes.iter().find_map(|scheme| target.strip_prefix(scheme)).unwrap_or(target).trim_end_matches('/')
}

/// The sign of a reaction; of a less common one, the name that Slack gives it.
pub(super) fn emoji(name: &str) -> String {
    let bare = name.split("::").next().unwrap_or_default();
    let sign = match bare {
        "+1" | "thumbsup" => "👍",
        "-1" | "thumbsdown" => "👎",
        "heart" => "❤️",
        "joy" => "😂",
        "smile" => "😄",
        "cry" => "😢",
        "pray" => "🙏",
        "clap" => "👏",
        "raised_hands" => "🙌",
        "ok_hand" => "👌",
        "wave" => "👋",
        "eyes" => "👀",
        "tada" => "🎉",
        "fire" => "🔥",
        "rocket" => "🚀",
        "100" => "💯",
        "white_check_mark" => "✅",
        "x" => "❌",
        other => other,
    };
    sign.to_owned()
}

/// A text that Slack shows as it is, without links or mentions of its own.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_what_slack_shows() {
        for (text, read) in [
            ("caf\u{e9} &amp; tea &lt;3", "café & tea <3"),
            ("&amp;lt;", "&lt;"),
            ("<@U1> and <@U2|zoe> in <#C1|help>, <#C2>", "@U1 and @zoe in #help, #C2"),
            ("<!here> <!channel|channel> <!subteam^S1|@sales>", "@here @channel @sales"),
            ("<!date^1767225600^{date}|New Year>", "New Year"),
            ("<https://shop.example/a?b=1&amp;c=2>", "https://shop.example/a?b=1&c=2"),
            (
                "<http://shop.example|shop.example> <mailto:a@b.example|a@b.example>",
                "shop.example a@b.example",
            ),
            ("<https://shop.example/cart|cart>", "cart (https://shop.example/cart)"),
            ("1 < 2 <é> <", "1  2 <é <"),
            ("never closed <@U1", "never closed <@U1"),
        ] {
            assert_eq!(plain(text), read, "{text}");
        }
    }

    #[test]
    fn reactions_have_their_signs_or_their_names() {
        assert_eq!((emoji("thumbsup").as_str(), emoji("+1::skin-tone-3").as_str()), ("👍", "👍"));
        assert_eq!(emoji("our_own_logo"), "our_own_logo");
    }

    #[test]
    fn nobody_is_called_by_what_we_write() {
        assert_eq!(escaped("<!channel> & <@U1>"), "&lt;!channel&gt; &amp; &lt;@U1&gt;");
        assert_eq!(plain(&escaped("a <b> &amp; c")), "a <b> &amp; c");
    }
}
