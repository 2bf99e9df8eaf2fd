//! The built-in bot: rules with words and phrases, no memory, no calls. Pure.

mod phrase;

use super::TEXT_CHARS;
use super::text::{check_count, check_greeting, check_quick_replies, check_said};
use crate::domain::bot::{BotAnswer, BotHandoff, BotMessage, Script};
use crate::domain::card::{self, Card};

use phrase::{Heard, Phrase};

/// Most rules of a script.
pub const RULES: usize = 200;
/// Most phrases of a rule.
pub const PHRASES_PER_RULE: usize = 20;
/// Most phrases that ask for a human.
pub const HUMAN_PHRASES: usize = 100;
/// Most characters of a phrase.
pub const PHRASE_CHARS: usize = 200;
/// Most variants of an answer.
pub const VARIANTS: usize = 20;

/// What the script answers to `text`, after it has said `spoken_before` messages in this conversation: phrases that ask
/// for a human come first, then the rules in order, then the fallback. A script without words says nothing.
pub fn answer(script: &Script, text: &str, spoken_before: usize) -> BotAnswer {
    let heard = Heard::new(text);
    let any = |phrases: &[String]| phrases.iter().any(|phrase| Phrase::new(phrase).is_in(&heard));
    if any(&script.human_phrases) {
        let handoff = BotHandoff { customer_asked: true, note: None };
        return BotAnswer { messages: say(&script.handoff_message, &[], &[]), handoff: Some(handoff) };
    }
    match script.rules.iter().find(|rule| any(&rule.when)) {
        Some(rule) => BotAnswer {
            messages: say(in_turn(&rule.say, spoken_before), &rule.quick_replies, &rule.cards),
            handoff: rule.handoff.then(BotHandoff::default),
        },
        None => {
            BotAnswer { messages: say(in_turn(&script.fallback, spoken_before), &[], &[]), handoff: None }
        }
    }
}

/// Judges a script before it is stored.
///
/// # Errors
/// Names the first part that breaks a rule, and the rule.
pub fn check(script: &Script) -> Result<(), String> {
    check_greeting(&script.greeting, &script.quick_replies)?;
    check_count("rules", script.rules.len(), RULES)?;
    for (index, rule) in script.rules.iter().enumerate() {
        let named = |part: &str| format!("rules[{index}].{part}");
        if rule.when.is_empty() {
            return Err(format!("{} is empty", named("when")));
        }
        check_count(&named("when"), rule.when.len(), PHRASES_PER_RULE)?;
        check_texts(&named("when"), &rule.when, PHRASE_CHARS)?;
        card::check(&rule.cards).map_err(|why| named(&why))?;
        if !card::files(&rule.cards).is_empty() {
            return Err(format!("{} show a file, which only members can send", named("cards")));
        }
        if rule.say.is_empty() && rule.cards.is_empty() && !rule.handoff {
            return Err(format!("rules[{index}] neither says anything nor hands over"));
        }
        if rule.say.is_empty() && rule.cards.is_empty() && !rule.quick_replies.is_empty() {
            return Err(format!("{} need words to stand under", named("quick_replies")));
        }
        check_count(&named("say"), rule.say.len(), VARIANTS)?;
        check_texts(&named("say"), &rule.say, TEXT_CHARS)?;
        check_quick_replies(&named("quick_replies"), &rule.quick_replies)?;
    }
    check_count("fallback", script.fallback.len(), VARIANTS)?;
    check_texts("fallback", &script.fallback, TEXT_CHARS)?;
    check_count("human_phrases", script.human_phrases.len(), HUMAN_PHRASES)?;
    check_texts("human_phrases", &script.human_phrases, PHRASE_CHARS)?;
    super::text::check("handoff_message", &script.handoff_message, TEXT_CHARS)
}

fn check_texts(what: &str, texts: &[String], most: usize) -> Result<(), String> {
    texts.iter().enumerate().try_for_each(|(index, text)| check_said(&format!("{what}[{index}]"), text, most))
}

fn in_turn(variants: &[String], spoken_before: usize) -> &str {
    match variants.len() {
        0 => "",
        count => &variants[spoken_before % count],
    }
}

fn say(text: &str, quick_replies: &[String], cards: &[Card]) -> Vec<BotMessage> {
    if text.is_empty() && cards.is_empty() {
        return Vec::new();
    }
    vec![BotMessage { text: text.to_owned(), quick_replies: quick_replies.to_vec(), cards: cards.to_vec() }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bot::Rule;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    fn rule(when: &[&str], say: &[&str]) -> Rule {
        Rule {
            when: texts(when),
            say: texts(say),
            quick_replies: Vec::new(),
            cards: Vec::new(),
            handoff: false,
        }
    }

    fn shop() -> Script {
        Script {
            greeting: "Hello!".to_owned(),
            quick_replies: texts(&["Where is my order?"]),
            rules: vec![
                rule(&["order", "parcel"], &["It is on its way.", "Still on its way."]),
                Rule {
                    quick_replies: texts(&["Yes", "No"]),
                    ..rule(&["refund"], &["Do you want your money back?"])
                },
                Rule { handoff: true, ..rule(&["lawyer"], &["One moment."]) },
            ],
            fallback: texts(&["Pardon?", "Could you say that in other words?"]),
            human_phrases: texts(&["human", "real person"]),
            handoff_message: "I will get somebody.".to_owned(),
        }
    }

    fn said(answer: &BotAnswer) -> Vec<&str> {
        answer.messages.iter().map(|message| message.text.as_str()).collect()
    }

    #[test]
    fn the_first_rule_that_matches_answers() {
        let both = answer(&shop(), "A refund for my ORDER, please", 0);
        assert_eq!(said(&both), ["It is on its way."]);
        let refund = answer(&shop(), "refund?", 0);
        assert_eq!(refund.messages[0].quick_replies, ["Yes", "No"]);
        assert_eq!(refund.handoff, None);
    }

    #[test]
    fn variants_are_used_in_turn() {
        let at = |spoken| answer(&shop(), "order", spoken).messages.remove(0).text;
        assert_eq!([at(1), at(2), at(3)], ["Still on its way.", "It is on its way.", "Still on its way."]);
        assert_eq!(said(&answer(&shop(), "hm", 1)), ["Could you say that in other words?"]);
    }

    #[test]
    fn who_asks_for_a_human_gets_one_whatever_else_is_said() {
        let asked = answer(&shop(), "My order! Let me talk to a Real  Person", 0);
        assert_eq!(said(&asked), ["I will get somebody."]);
        assert_eq!(asked.handoff, Some(BotHandoff { customer_asked: true, note: None }));
        let quiet = Script { handoff_message: String::new(), ..shop() };
        let asked = answer(&quiet, "human", 0);
        assert!(asked.messages.is_empty() && asked.handoff.is_some());
        assert_eq!(answer(&shop(), "inhuman humans", 0).handoff, None, "other words");
    }

    #[test]
    fn a_rule_may_hand_over_after_its_words() {
        let handed = answer(&shop(), "my lawyer will call", 0);
        assert_eq!(said(&handed), ["One moment."]);
        assert_eq!(handed.handoff, Some(BotHandoff { customer_asked: false, note: None }));
        let silent = Script { rules: vec![Rule { handoff: true, ..rule(&["*"], &[]) }], ..Script::default() };
        let handed = answer(&silent, "anything", 0);
        assert!(handed.messages.is_empty() && handed.handoff.is_some());
    }

    #[test]
    fn an_empty_script_says_nothing() {
        assert_eq!(answer(&Script::default(), "hello", 3), BotAnswer::default());
        assert_eq!(check(&Script::default()), Ok(()));
    }

    #[test]
    fn a_good_script_passes_and_each_broken_rule_is_named() {
        assert_eq!(check(&shop()), Ok(()));
        let most = Script { rules: vec![rule(&["a"], &["b"]); RULES], ..shop() };
        assert_eq!(check(&most), Ok(()));
        let one = |rule: Rule| Script { rules: vec![rule], ..shop() };
        let good = || rule(&["a"], &["b"]);
        let cases = [
            (
                Script { greeting: "x".repeat(TEXT_CHARS + 1), ..shop() },
                "greeting is longer than 10000 characters",
            ),
            (Script { greeting: "\u{7}".to_owned(), ..shop() }, "greeting contains control characters"),
            (Script { quick_replies: texts(&["x"; 11]), ..shop() }, "quick_replies has more than 10 items"),
            (
                Script { quick_replies: vec!["é".repeat(81)], ..shop() },
                "quick_replies[0] is longer than 80 characters",
            ),
            (Script { quick_replies: texts(&["a", " "]), ..shop() }, "quick_replies[1] is empty"),
            (Script { quick_replies: texts(&["a\nb"]), ..shop() }, "quick_replies[0] has more than one line"),
            (Script { rules: vec![good(); RULES + 1], ..shop() }, "rules has more than 200 items"),
            (one(Rule { when: Vec::new(), ..good() }), "rules[0].when is empty"),
            (one(Rule { when: texts(&["a"; 21]), ..good() }), "rules[0].when has more than 20 items"),
            (one(Rule { when: texts(&["a", ""]), ..good() }), "rules[0].when[1] is empty"),
            (
                one(Rule { when: vec!["a".repeat(201)], ..good() }),
                "rules[0].when[0] is longer than 200 characters",
            ),
            (one(Rule { say: Vec::new(), ..good() }), "rules[0] neither says anything nor hands over"),
            (one(Rule { say: texts(&["a"; 21]), ..good() }), "rules[0].say has more than 20 items"),
            (one(Rule { say: texts(&["\n"]), ..good() }), "rules[0].say[0] is empty"),
            (
                one(Rule { quick_replies: texts(&["x"; 11]), ..good() }),
                "rules[0].quick_replies has more than 10 items",
            ),
            (
                one(Rule { say: Vec::new(), handoff: true, quick_replies: texts(&["x"]), ..good() }),
                "rules[0].quick_replies need words to stand under",
            ),
            (Script { fallback: texts(&["a"; 21]), ..shop() }, "fallback has more than 20 items"),
            (Script { fallback: texts(&[""]), ..shop() }, "fallback[0] is empty"),
            (Script { human_phrases: texts(&["a"; 101]), ..shop() }, "human_phrases has more than 100 items"),
            (Script { human_phrases: texts(&["\t"]), ..shop() }, "human_phrases[0] is empty"),
            (
                Script { handoff_message: "\0".to_owned(), ..shop() },
                "handoff_message contains control characters",
            ),
        ];
        for (script, complaint) in cases {
            assert_eq!(check(&script), Err(complaint.to_owned()));
        }
    }
}
