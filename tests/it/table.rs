//! The state table, cell by cell: what may happen in which status.
//!
//! A cell reads `status: entries`, or `!refusal`. A cell without entries is an acknowledgement that writes nothing.

use switchboard::domain::bot::{BotAnswer, BotHandoff, BotMessage, Turn};
use switchboard::domain::conversation::{
    Assignee, Command, Conversation, NewConversation, Rules, Status, Target, decide, number, open,
};
use switchboard::domain::event::{Author, Event, HandoffReason, Origin, RequeueReason};
use switchboard::domain::feedback::{Feedback, RATING_WINDOW, Rating};
use switchboard::domain::ids::{ClientId, Id};
use switchboard::domain::member::{Actor, Role};
use switchboard::domain::refusal::Refusal;
use switchboard::protocol::code::Code;
use uuid::Uuid;

/// When everything in these tests happens.
const NOW: i64 = 1_767_225_600_000;

fn sam() -> Actor {
    Actor { id: Id::from_uuid(Uuid::from_u128(10)), name: "Sam".into(), role: Role::Agent }
}

fn kim() -> Actor {
    Actor { id: Id::from_uuid(Uuid::from_u128(11)), name: "Kim".into(), role: Role::Agent }
}

fn ada() -> Actor {
    Actor { id: Id::from_uuid(Uuid::from_u128(12)), name: "Ada".into(), role: Role::Admin }
}

fn to(member: &Actor) -> Target {
    Target::Member(Some(Assignee { id: member.id, name: member.name.clone() }))
}

fn with_bot() -> Rules {
    Rules {
        has_bot: true,
        greeting: BotMessage { text: "Hello, I am a bot".into(), ..BotMessage::default() },
        ..Rules::default()
    }
}

fn without_bot() -> Rules {
    Rules::default()
}

fn stars(count: u8) -> Feedback {
    Feedback { rating: Some(count.try_into().unwrap()), comment: None }
}

fn says(texts: &[&str]) -> BotAnswer {
    let messages =
        texts.iter().map(|text| BotMessage { text: (*text).into(), ..BotMessage::default() }).collect();
    BotAnswer { messages, handoff: None }
}

fn hands_over() -> BotAnswer {
    BotAnswer { handoff: Some(BotHandoff::default()), ..says(&["One moment"]) }
}

/// The turn of the customer's last message.
fn current(now_is: &Conversation) -> Turn {
    Turn { seq: now_is.turn.unwrap_or(now_is.version), epoch: now_is.epoch }
}

/// A conversation after its first message.
fn opened(rules: &Rules) -> Conversation {
    let id = |n| Uuid::from_u128(n);
    let mut now_is = Conversation::unopened(&NewConversation {
        id: Id::from_uuid(id(1)),
        scope: Id::from_uuid(id(2)),
        channel: Id::from_uuid(id(3)),
        contact: Id::from_uuid(id(4)),
    });
    for entry in number(0, open(rules, &"Hi".into()), None, NOW) {
        now_is.apply(&entry);
    }
    now_is
}

/// A conversation in this status; Sam is the assignee, and ended it if it has ended.
fn standing(status: Status) -> Conversation {
    let mut now_is = opened(&with_bot());
    let path = match status {
        Status::Bot => vec![],
        Status::Queued => vec![Command::RequestHuman],
        Status::Assigned => vec![Command::Join { by: sam() }],
        Status::Ended => vec![Command::Join { by: sam() }, Command::Resolve { by: sam() }],
    };
    for command in path {
        now_is = does(&now_is, &command);
    }
    assert_eq!(now_is.status, status);
    now_is
}

fn does(now_is: &Conversation, command: &Command) -> Conversation {
    happens(now_is, command, &with_bot()).unwrap().0
}

/// The state after a command and the events it wrote. Checks what holds for every decision.
fn happens(
    now_is: &Conversation,
    command: &Command,
    rules: &Rules,
) -> Result<(Conversation, Vec<Event>), Refusal> {
    let facts = decide(now_is, command, rules, NOW)?;
    let client_id = ClientId(Uuid::from_u128(99));
    let entries = number(now_is.version, facts, Some(client_id), NOW);
    let mut after = now_is.clone();
    for entry in &entries {
        after.apply(entry);
    }
    assert!(entries.iter().map(|entry| entry.seq).eq(now_is.version + 1..=after.version));
    let named = entries.iter().filter(|entry| entry.client_id == Some(client_id)).map(|entry| entry.seq);
    assert!(named.eq(entries.last().map(|last| last.seq)), "the last entry alone carries the client id");
    assert_eq!(after.assignee.is_some(), after.status == Status::Assigned, "owned exactly when assigned");
    let owner = |state: &Conversation| (state.status, state.assignee.clone());
    assert_eq!(after.epoch > now_is.epoch, owner(&after) != owner(now_is), "the epoch follows the owner");
    assert!(after.turn.is_none() || after.status == Status::Bot, "nobody but the bot has a turn");
    Ok((after, entries.into_iter().map(|entry| entry.body).collect()))
}

/// What a cell of the table says.
fn cell(now_is: &Conversation, command: &Command, rules: &Rules) -> String {
    match happens(now_is, command, rules) {
        Err(refusal) => format!("!{}", serde_json::json!(Code::from(&refusal)).as_str().unwrap()),
        Ok((after, events)) => {
            let owner = after.assignee.map(|owner| format!("({})", owner.name)).unwrap_or_default();
            let reason = after.end_reason.map(|reason| serde_json::json!(reason));
            let reason = reason.map(|text| format!("({})", text.as_str().unwrap())).unwrap_or_default();
            let kinds: Vec<_> = events.iter().map(Event::kind).collect();
            format!("{}{owner}{reason}: {}", after.status.as_str(), kinds.join(" ")).trim_end().to_owned()
        }
    }
}

const COLUMNS: [Status; 4] = [Status::Bot, Status::Queued, Status::Assigned, Status::Ended];

/// Compares one line of the table: the event on bot, queued, assigned to Sam, and resolved by Sam.
fn line(event: &str, command: impl Fn(&Conversation) -> Command, cells: [&str; 4]) {
    for (status, expected) in COLUMNS.into_iter().zip(cells) {
        let now_is = standing(status);
        assert_eq!(cell(&now_is, &command(&now_is), &with_bot()), expected, "{event} | {}", status.as_str());
    }
}

/// As [`line`], for commands that do not look at the state.
fn row(event: &str, command: &Command, cells: [&str; 4]) {
    line(event, |_| command.clone(), cells);
}

#[test]
fn a_customer_starts() {
    assert_eq!(opened(&with_bot()).status, Status::Bot);
    assert_eq!(opened(&without_bot()).status, Status::Queued);
    let kinds =
        |rules: Rules| -> Vec<_> { open(&rules, &"Hi".into()).iter().map(|fact| fact.body.kind()).collect() };
    assert_eq!(kinds(with_bot()), ["opened", "message", "message"]);
    assert_eq!(kinds(without_bot()), ["opened", "message"]);
    assert_eq!(opened(&with_bot()).turn, Some(3), "the bot has yet to answer");
    assert_eq!(opened(&without_bot()).waiting_since, Some(NOW));
}

#[test]
fn a_customer_writes_asks_for_a_human_and_ends() {
    let post = Command::Post { text: "Hello?".into() };
    row("message", &post, ["bot: message", "queued: message", "assigned(Sam): message", "!ended"]);
    let human = &Command::RequestHuman;
    row("asks for a human", human, ["queued: handed_off", "queued:", "assigned(Sam):", "!ended"]);
    let leave = Command::LeaveMessage { text: "Call me".into() };
    row(
        "leaves a message",
        &leave,
        ["queued: handed_off message", "queued: message", "assigned(Sam): message", "!ended"],
    );
    let end = Command::End { feedback: Feedback::default() };
    let ended = "ended(customer): ended";
    row("ends", &end, [ended, ended, ended, "!ended"]);
    let rated = "ended(customer): feedback ended";
    row("ends with feedback", &Command::End { feedback: stars(4) }, [rated, rated, rated, "!ended"]);
    let rate = Command::Feedback { feedback: stars(4) };
    row("rates", &rate, ["!not_ended", "!not_ended", "!not_ended", "ended(resolved): feedback"]);
}

#[test]
fn nobody_is_sent_from_the_bot_to_an_empty_room() {
    use switchboard::domain::conversation::is_staffed;
    use switchboard::domain::hours::Away;
    let (human, leave) = (Command::RequestHuman, Command::LeaveMessage { text: "Call me".into() });
    let with_bot = standing(Status::Bot);
    assert_eq!(is_staffed(&with_bot, &human, Away::OfflineForm), Err(Refusal::Away));
    for way in [Away::Queue, Away::QueueWithExpectation] {
        assert_eq!(is_staffed(&with_bot, &human, way), Ok(()));
    }
    assert_eq!(is_staffed(&with_bot, &leave, Away::OfflineForm), Ok(()));
    assert_eq!(is_staffed(&standing(Status::Queued), &human, Away::OfflineForm), Ok(()));
}

#[test]
fn feedback_is_taken_once_an_episode_and_for_seven_days() {
    let rate = Command::Feedback { feedback: stars(4) };
    let ended = standing(Status::Ended);
    let rated = does(&ended, &rate);
    assert_eq!((rated.rated, rated.rating), (true, Some(Rating::try_from(4).unwrap())));
    assert_eq!(cell(&rated, &rate, &with_bot()), "!already_rated");
    let at_the_end = does(&standing(Status::Bot), &Command::End { feedback: stars(1) });
    assert_eq!(cell(&at_the_end, &rate, &with_bot()), "!already_rated");
    assert!(decide(&ended, &rate, &with_bot(), NOW + RATING_WINDOW).is_ok());
    assert_eq!(decide(&ended, &rate, &with_bot(), NOW + RATING_WINDOW + 1), Err(Refusal::RatingClosed));
    let again = does(&rated, &Command::Activate { by: sam() });
    let again = does(&again, &Command::Resolve { by: sam() });
    assert_eq!(cell(&again, &rate, &with_bot()), "ended(resolved): feedback", "the next episode has its own");
}

#[test]
fn the_bot_speaks_only_in_its_turn() {
    let reply = |answer: BotAnswer| {
        move |now_is: &Conversation| Command::BotReply { turn: current(now_is), answer: answer.clone() }
    };
    let late = [
        "queued: suppressed suppressed",
        "assigned(Sam): suppressed suppressed",
        "ended(resolved): suppressed suppressed",
    ];
    line("reply", reply(says(&["a", "b"])), ["bot: message message", late[0], late[1], late[2]]);
    let late = ["queued: suppressed", "assigned(Sam): suppressed", "ended(resolved): suppressed"];
    line("hands over", reply(hands_over()), ["queued: message handed_off", late[0], late[1], late[2]]);
    line("says nothing", reply(says(&[])), ["bot: silent", "queued:", "assigned(Sam):", "ended(resolved):"]);
    let failed = |now_is: &Conversation| Command::BotFailed { turn: current(now_is) };
    let stale = "!stale_bot_turn";
    line("fails twice", failed, ["queued: handed_off", stale, stale, stale]);
}

#[test]
fn a_turn_is_over_with_the_answer_the_next_question_or_another_owner() {
    let asked = standing(Status::Bot);
    let turn = current(&asked);
    let reply = Command::BotReply { turn, answer: says(&["late"]) };
    let answered = does(&asked, &Command::BotReply { turn, answer: says(&["in time"]) });
    let silent = does(&asked, &Command::BotReply { turn, answer: says(&[]) });
    let asked_again = does(&asked, &Command::Post { text: "And?".into() });
    let joined = does(&asked, &Command::Join { by: kim() });
    let back = does(&joined, &Command::Transfer { by: kim(), to: Target::Bot });
    let back_and_asked = does(&back, &Command::Post { text: "Hi again".into() });
    for over in [answered, silent, asked_again, joined, back, back_and_asked] {
        let (after, events) = happens(&over, &reply, &with_bot()).unwrap();
        assert_eq!(events, [Event::Suppressed { turn: turn.seq, text: "late".into() }]);
        assert_eq!(
            (&after.preview, after.bot_messages),
            (&over.preview, over.bot_messages),
            "nobody heard it"
        );
        assert_eq!(after.turn, over.turn, "and the turn that counts goes on");
        assert_eq!(decide(&over, &Command::BotFailed { turn }, &with_bot(), NOW), Err(Refusal::StaleBotTurn));
    }
}

#[test]
fn the_reason_of_a_handoff_is_told() {
    let asked = standing(Status::Bot);
    let reason = |command: &Command| match happens(&asked, command, &with_bot()).unwrap().1.pop() {
        Some(Event::HandedOff { reason, note }) => (reason, note),
        other => panic!("{other:?}"),
    };
    let handoff = |customer_asked| {
        let handoff = Some(BotHandoff { customer_asked, note: Some("angry".into()) });
        Command::BotReply { turn: current(&asked), answer: BotAnswer { handoff, ..BotAnswer::default() } }
    };
    assert_eq!(reason(&Command::RequestHuman), (HandoffReason::Customer, None));
    assert_eq!(reason(&handoff(true)), (HandoffReason::Customer, Some("angry".into())));
    assert_eq!(reason(&handoff(false)), (HandoffReason::Bot, Some("angry".into())));
    let failed = Command::BotFailed { turn: current(&asked) };
    assert_eq!(reason(&failed), (HandoffReason::BotFailed, None));
}

#[test]
fn the_first_responder_owns_the_conversation() {
    let send = |by: Actor| Command::Send { by, text: "Hello, how can I help?".into() };
    let claimed = "assigned(Kim): joined message";
    row("Kim's message", &send(kim()), [claimed, claimed, "!already_assigned", "!ended"]);
    let own = "assigned(Sam): message";
    row(
        "Sam's message",
        &send(sam()),
        ["assigned(Sam): joined message", "assigned(Sam): joined message", own, "!ended"],
    );
    let joined = "assigned(Kim): joined";
    row("Kim joins", &Command::Join { by: kim() }, [joined, joined, "!already_assigned", "!ended"]);
    let joined = "assigned(Sam): joined";
    row("Sam joins", &Command::Join { by: sam() }, [joined, joined, "assigned(Sam):", "!ended"]);
    let lost = decide(&standing(Status::Assigned), &Command::Join { by: kim() }, &with_bot(), NOW);
    assert_eq!(lost, Err(Refusal::AlreadyAssigned { assignee: sam().id, name: "Sam".into() }));
    for (status, from) in [(Status::Bot, Origin::Bot), (Status::Queued, Origin::Queued)] {
        let (_, events) = happens(&standing(status), &send(kim()), &with_bot()).unwrap();
        assert_eq!(events[0], Event::Joined { from });
    }
}

#[test]
fn notes_are_taken_in_every_status() {
    let note = Command::Note { by: kim(), text: "careful".into(), mentions: Vec::new() };
    row("note", &note, ["bot: note", "queued: note", "assigned(Sam): note", "ended(resolved): note"]);
}

#[test]
fn transfer_to_a_member() {
    let give = |by: Actor, target: Target| Command::Transfer { by, to: target };
    let no = "!not_assignee";
    row("Sam to Kim", &give(sam(), to(&kim())), [no, no, "assigned(Kim): transferred", "!ended"]);
    row("Kim to Kim", &give(kim(), to(&kim())), [no, no, no, "!ended"]);
    let moved = "assigned(Kim): transferred";
    row("Ada to Kim", &give(ada(), to(&kim())), [moved, moved, moved, "!ended"]);
    row("Sam to himself", &give(sam(), to(&sam())), [no, no, "assigned(Sam):", "!ended"]);
    let nobody = "!no_such_agent";
    row("Ada to nobody", &give(ada(), Target::Member(None)), [nobody, nobody, nobody, "!ended"]);
    row("Sam to nobody", &give(sam(), Target::Member(None)), [no, no, nobody, "!ended"]);
    row("Kim to nobody", &give(kim(), Target::Member(None)), [no, no, no, "!ended"]);
}

#[test]
fn transfer_back_to_the_queue() {
    let give = |by: Actor| Command::Transfer { by, to: Target::Queue };
    let no = "!not_assignee";
    row("Sam gives back", &give(sam()), [no, "queued:", "queued: requeued", "!ended"]);
    row("Ada gives back", &give(ada()), [no, "queued:", "queued: requeued", "!ended"]);
    row("Kim gives back", &give(kim()), [no, "queued:", no, "!ended"]);
}

#[test]
fn hand_back_to_the_bot() {
    let give = |by: Actor| Command::Transfer { by, to: Target::Bot };
    let no = "!not_assignee";
    row("Sam hands back", &give(sam()), ["bot:", no, "bot: handed_back", "!ended"]);
    row("Ada hands back", &give(ada()), ["bot:", "bot: handed_back", "bot: handed_back", "!ended"]);
    row("Kim hands back", &give(kim()), ["bot:", no, no, "!ended"]);
    let refused = decide(&standing(Status::Assigned), &give(sam()), &without_bot(), NOW);
    assert_eq!(refused, Err(Refusal::NoBot));

    let back = does(&standing(Status::Assigned), &give(sam()));
    assert_eq!((back.turn, back.waiting_since), (None, None), "the bot waits for the next question");
    let asked = does(&back, &Command::Post { text: "And now?".into() });
    assert_eq!(asked.turn, Some(asked.version));
    let reply = Command::BotReply { turn: current(&asked), answer: says(&["Here I am again"]) };
    assert_eq!(cell(&asked, &reply, &with_bot()), "bot: message");
}

#[test]
fn an_admin_takes_over() {
    let take = |by: Actor| Command::TakeOver { by };
    let taken = "assigned(Ada): taken_over";
    row("Ada takes over", &take(ada()), [taken, taken, taken, "!ended"]);
    row("Kim takes over", &take(kim()), ["!forbidden", "!forbidden", "!forbidden", "!ended"]);
    let own = does(&standing(Status::Queued), &take(ada()));
    assert_eq!(
        cell(&own, &take(ada()), &with_bot()),
        "assigned(Ada):",
        "what is hers already is acknowledged"
    );
    let (_, events) = happens(&standing(Status::Assigned), &take(ada()), &with_bot()).unwrap();
    assert_eq!(events, [Event::TakenOver { from: Origin::Assigned, from_member: Some("Sam".into()) }]);
}

#[test]
fn only_the_assignee_resolves() {
    let no = "!not_assignee";
    let done = "ended(resolved): ended";
    row("Sam resolves", &Command::Resolve { by: sam() }, [no, no, done, "!ended"]);
    row("Kim resolves", &Command::Resolve { by: kim() }, [no, no, no, "!ended"]);
    row("Ada resolves", &Command::Resolve { by: ada() }, [no, no, no, "!ended"]);
    let polite = Rules { closing_message: "Good-bye".into(), ..with_bot() };
    let closed = cell(&standing(Status::Assigned), &Command::Resolve { by: sam() }, &polite);
    assert_eq!(closed, "ended(resolved): message ended");
}

#[test]
fn any_member_activates_what_has_ended() {
    let activate = Command::Activate { by: kim() };
    row("Kim activates", &activate, ["!not_ended", "!not_ended", "!not_ended", "assigned(Kim): activated"]);
    let active = does(&standing(Status::Ended), &activate);
    assert_eq!((active.episode, active.rated, active.ended_at), (2, false, None));
    let erased = does(&standing(Status::Queued), &Command::Erase);
    assert_eq!(cell(&erased, &activate, &with_bot()), "!ended");
}

#[test]
fn an_assignee_who_is_gone_or_removed_loses_it() {
    let gone = |member: &Actor| Command::Release { member: member.id };
    let removed = |member: &Actor| Command::RemoveMember { member: member.id };
    for (event, command) in [("Sam is gone", gone(&sam())), ("Sam is removed", removed(&sam()))] {
        row(event, &command, ["bot:", "queued:", "queued: requeued", "ended(resolved):"]);
    }
    for (event, command) in [("Kim is gone", gone(&kim())), ("Kim is removed", removed(&kim()))] {
        row(event, &command, ["bot:", "queued:", "assigned(Sam):", "ended(resolved):"]);
    }
    let requeued = |command: &Command| happens(&standing(Status::Assigned), command, &with_bot()).unwrap().1;
    assert_eq!(requeued(&gone(&sam())), [Event::Requeued { reason: RequeueReason::AssigneeGone }]);
    assert_eq!(requeued(&removed(&sam())), [Event::Requeued { reason: RequeueReason::MemberRemoved }]);
}

#[test]
fn what_is_requeued_keeps_its_age() {
    let waiting = standing(Status::Queued);
    let mut later = NOW;
    let mut now_is = waiting.clone();
    for command in [Command::Join { by: sam() }, Command::Release { member: sam().id }] {
        later += 60_000;
        for entry in
            number(now_is.version, decide(&now_is, &command, &with_bot(), later).unwrap(), None, later)
        {
            now_is.apply(&entry);
        }
    }
    assert_eq!((now_is.status, now_is.waiting_since), (Status::Queued, waiting.waiting_since));
}

#[test]
fn silence_ends_what_nothing_was_written_in() {
    let due = |now_is: &Conversation| Command::Expire { version: now_is.version };
    let expired = "ended(expired): ended";
    line("idle limit", due, [expired, expired, expired, "ended(resolved):"]);
    let void = |now_is: &Conversation| Command::Expire { version: now_is.version - 1 };
    line("idle limit, void", void, ["bot:", "queued:", "assigned(Sam):", "ended(resolved):"]);
    let polite = Rules { closing_message: "Good-bye".into(), ..with_bot() };
    let now_is = standing(Status::Bot);
    assert_eq!(cell(&now_is, &due(&now_is), &polite), "ended(expired): message ended");
}

#[test]
fn erasing_the_contact_ends_it_first() {
    let ended = "ended(erased): ended";
    row("erase", &Command::Erase, [ended, ended, ended, "ended(resolved):"]);
}

#[test]
fn a_member_is_named_in_what_they_write() {
    let facts = decide(&standing(Status::Queued), &Command::Join { by: kim() }, &with_bot(), NOW).unwrap();
    assert_eq!(facts[0].by, Author::Member { id: kim().id, name: "Kim".into() });
}
