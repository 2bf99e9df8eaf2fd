//! The races: each row of the table of races, by the ends that are legal.

use shuttle::sync::mpsc::channel;
use shuttle::sync::{Arc, Mutex};
use shuttle::thread;
use switchboard::domain::bot::{BotAnswer, BotMessage, Turn};
use switchboard::domain::conversation::{Assignee, Command, Status, Target};
use switchboard::domain::event::{Author, EndReason, Event};
use switchboard::domain::feedback::Feedback;
use switchboard::domain::ids::{ClientId, ConversationId, MemberId};
use switchboard::domain::member::Actor;
use switchboard::domain::refusal::Refusal;
use uuid::Uuid;

use crate::nodes::{Outcome, Shared, agent, contact};
use crate::race;

fn sam() -> Actor {
    agent(1_001, "Sam")
}

fn kim() -> Actor {
    agent(1_002, "Kim")
}

/// A new conversation of the first contact, with the bot.
fn with_bot() -> (Shared, ConversationId) {
    let shared = Shared::default();
    let id = shared.write(contact(1), "hello");
    (shared, id)
}

fn queued() -> (Shared, ConversationId) {
    let (shared, id) = with_bot();
    shared.perform(id, Command::RequestHuman).unwrap();
    (shared, id)
}

/// Sam has it.
fn owned() -> (Shared, ConversationId) {
    let (shared, id) = queued();
    shared.perform(id, Command::Join { by: sam() }).unwrap();
    (shared, id)
}

/// Sam resolved it.
fn resolved() -> (Shared, ConversationId) {
    let (shared, id) = owned();
    shared.perform(id, Command::Resolve { by: sam() }).unwrap();
    (shared, id)
}

/// Two commands at the same time.
fn both(shared: &Shared, id: ConversationId, one: Command, other: Command) -> (Outcome, Outcome) {
    let second = shared.clone();
    let second = thread::spawn(move || second.perform(id, other));
    let first = shared.perform(id, one);
    (first, second.join().unwrap())
}

fn kinds(shared: &Shared, id: ConversationId) -> Vec<&'static str> {
    let all = shared.rows.checked();
    let stored = all.iter().find(|stored| stored.row.id == id).unwrap();
    stored.log.iter().map(|entry| entry.body.kind()).collect()
}

/// Of the log, the last so many kinds.
fn tail(shared: &Shared, id: ConversationId, count: usize) -> Vec<&'static str> {
    let kinds = kinds(shared, id);
    kinds[kinds.len() - count..].to_vec()
}

fn count(shared: &Shared, id: ConversationId, kind: &str) -> usize {
    kinds(shared, id).iter().filter(|other| **other == kind).count()
}

fn send(by: Actor, text: &str) -> Command {
    Command::Send { by, text: text.into() }
}

fn to(member: &Actor) -> Target {
    Target::Member(Some(Assignee { id: member.id, name: member.name.clone() }))
}

fn is_taken_by(refusal: &Refusal, owner: &Actor) -> bool {
    matches!(refusal, Refusal::AlreadyAssigned { assignee, name } if *assignee == owner.id && *name == owner.name)
}

/// Which of two first messages won; the other heard by whom.
fn first_messages(shared: &Shared, id: ConversationId) -> &'static str {
    let (by_sam, by_kim) = both(shared, id, send(sam(), "from Sam"), send(kim(), "from Kim"));
    let owner = shared.rows.read(id).row.assignee.unwrap().id;
    assert_eq!(tail(shared, id, 2), ["joined", "message"]);
    assert_eq!(count(shared, id, "joined"), 1);
    match (by_sam, by_kim) {
        (Ok(Some(_)), Err(refusal)) if owner == sam().id && is_taken_by(&refusal, &sam()) => "Sam",
        (Err(refusal), Ok(Some(_))) if owner == kim().id && is_taken_by(&refusal, &kim()) => "Kim",
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_first_messages_to_a_queued_conversation() {
    race("first ‖ first, queued", &["Sam", "Kim"], || {
        let (shared, id) = queued();
        first_messages(&shared, id)
    });
}

#[test]
fn two_first_messages_while_the_bot_answers() {
    race("first ‖ first, bot", &["Sam", "Kim"], || {
        let (shared, id) = with_bot();
        first_messages(&shared, id)
    });
}

#[test]
fn the_customer_ends_while_an_agent_claims() {
    race("end ‖ claim", &["end first", "claim first"], || {
        let (shared, id) = queued();
        let end = Command::End { feedback: Feedback::default() };
        let (ended, claimed) = both(&shared, id, end, send(sam(), "hi"));
        assert!(matches!(ended, Ok(Some(_))));
        assert_eq!(shared.rows.read(id).row.end_reason, Some(EndReason::Customer));
        match claimed {
            Ok(Some(_)) => {
                assert_eq!(tail(&shared, id, 3), ["joined", "message", "ended"]);
                "claim first"
            }
            Err(Refusal::Ended) => {
                assert_eq!((count(&shared, id, "joined"), tail(&shared, id, 1)), (0, vec!["ended"]));
                "end first"
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn resolve_meets_a_message_of_the_widget() {
    race("resolve ‖ message of the widget", &["message first", "resolve first"], || {
        let (shared, id) = owned();
        let post = Command::Post { text: "wait".into() };
        let (done, said) = both(&shared, id, Command::Resolve { by: sam() }, post);
        let done = done.unwrap().unwrap();
        match said {
            Ok(Some(seq)) => {
                assert!(seq < done, "Sam sees by the number that something was written before");
                assert_eq!(tail(&shared, id, 2), ["message", "ended"]);
                "message first"
            }
            Err(Refusal::Ended) => {
                assert_eq!(tail(&shared, id, 2), ["joined", "ended"]);
                "resolve first"
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn resolve_meets_a_message_of_a_platform() {
    race("resolve ‖ message of a platform", &["message first", "a new conversation"], || {
        let (shared, id) = owned();
        let writer = shared.clone();
        let writer = thread::spawn(move || writer.write(contact(1), "wait"));
        shared.perform(id, Command::Resolve { by: sam() }).unwrap();
        let said = writer.join().unwrap();
        assert_eq!(shared.rows.read(id).row.status, Status::Ended);
        let all = shared.rows.checked();
        if said == id {
            assert_eq!((all.len(), tail(&shared, id, 2)), (1, vec!["message", "ended"]));
            return "message first";
        }
        assert_eq!((all.len(), all[1].row.status), (2, Status::Bot));
        "a new conversation"
    });
}

#[test]
fn resolve_meets_transfer() {
    race("resolve ‖ transfer", &["resolve first", "transfer first"], || {
        let (shared, id) = owned();
        let transfer = Command::Transfer { by: sam(), to: to(&kim()) };
        let outcomes = both(&shared, id, Command::Resolve { by: sam() }, transfer);
        match outcomes {
            (Ok(Some(_)), Err(Refusal::Ended)) => {
                assert_eq!(tail(&shared, id, 1), ["ended"]);
                "resolve first"
            }
            (Err(Refusal::NotAssignee), Ok(Some(_))) => {
                assert!(shared.rows.read(id).row.is_assigned_to(kim().id));
                assert_eq!(tail(&shared, id, 1), ["transferred"]);
                "transfer first"
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn transfer_meets_transfer() {
    race("transfer ‖ transfer", &["to Kim", "to Lee"], || {
        let (shared, id) = owned();
        let lee = agent(1_003, "Lee");
        let give = |target: &Actor| Command::Transfer { by: sam(), to: to(target) };
        let outcomes = both(&shared, id, give(&kim()), give(&lee));
        let owner = shared.rows.read(id).row.assignee.unwrap().id;
        assert_eq!(count(&shared, id, "transferred"), 1);
        match outcomes {
            (Ok(Some(_)), Err(Refusal::NotAssignee)) if owner == kim().id => "to Kim",
            (Err(Refusal::NotAssignee), Ok(Some(_))) if owner == lee.id => "to Lee",
            other => panic!("{other:?}"),
        }
    });
}

/// What a supervisor knows besides the rows: who is in the scope, and who owns what as it was told.
#[derive(Default)]
struct Supervisor {
    members: Vec<MemberId>,
    owners: Vec<(ConversationId, MemberId)>,
}

#[test]
fn transfer_meets_the_removal_of_its_target() {
    const ENDS: &[&str] = &["removed first", "transferred, then taken back"];
    race("transfer ‖ removal of the target", ENDS, || {
        let (shared, id) = owned();
        let supervisor =
            Arc::new(Mutex::new(Supervisor { members: vec![sam().id, kim().id], ..Supervisor::default() }));
        let (remover, known) = (shared.clone(), supervisor.clone());
        let removing = thread::spawn(move || {
            let mut known = known.lock().unwrap();
            known.members.retain(|member| *member != kim().id);
            let owned: Vec<_> = known.owners.iter().filter(|(_, owner)| *owner == kim().id).collect();
            let owned: Vec<ConversationId> = owned.into_iter().map(|(id, _)| *id).collect();
            drop(known);
            for id in owned {
                remover.perform(id, Command::RemoveMember { member: kim().id }).unwrap();
            }
        });
        let is_member = supervisor.lock().unwrap().members.contains(&kim().id);
        let target = if is_member { to(&kim()) } else { Target::Member(None) };
        let given = shared.perform(id, Command::Transfer { by: sam(), to: target });
        if given.is_ok() {
            // The supervisor hears of the new owner, whom it may know to be gone.
            let mut known = supervisor.lock().unwrap();
            known.owners.push((id, kim().id));
            let is_gone = !known.members.contains(&kim().id);
            drop(known);
            if is_gone {
                shared.perform(id, Command::RemoveMember { member: kim().id }).unwrap();
            }
        }
        removing.join().unwrap();
        assert!(!shared.rows.read(id).row.is_assigned_to(kim().id), "owned by somebody who was removed");
        match given {
            Err(Refusal::NoSuchAgent) => {
                assert_eq!(tail(&shared, id, 1), ["joined"]);
                "removed first"
            }
            Ok(Some(_)) => {
                assert_eq!(tail(&shared, id, 2), ["transferred", "requeued"]);
                "transferred, then taken back"
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn the_time_of_grace_ends_while_the_member_comes_back() {
    race("grace ‖ return", &["void", "to be claimed again"], || {
        let (shared, id) = owned();
        // The supervisor's mailbox is the lock: it counts comings and goings, and tells the conversation in their order.
        let (mailbox, inbox) = channel::<Command>();
        let generation = Arc::new(Mutex::new((7_u32, mailbox.clone())));
        let seen_by_timer = generation.clone();
        let timer = thread::spawn(move || {
            let known = seen_by_timer.lock().unwrap();
            if known.0 == 7 {
                known.1.send(Command::Release { member: sam().id }).unwrap();
            }
        });
        let seen_by_sam = generation.clone();
        let back = thread::spawn(move || {
            seen_by_sam.lock().unwrap().0 += 1;
            mailbox.send(send(sam(), "I am back")).unwrap();
        });
        let acting = shared.clone();
        let actor = thread::spawn(move || {
            while let Ok(command) = inbox.recv() {
                acting.perform(id, command).unwrap();
            }
        });
        timer.join().unwrap();
        back.join().unwrap();
        drop(generation);
        actor.join().unwrap();
        assert!(shared.rows.read(id).row.is_assigned_to(sam().id));
        match count(&shared, id, "requeued") {
            0 => {
                assert_eq!(tail(&shared, id, 2), ["joined", "message"]);
                "void"
            }
            _ => {
                assert_eq!(tail(&shared, id, 3), ["requeued", "joined", "message"]);
                "to be claimed again"
            }
        }
    });
}

#[test]
fn reactivation_meets_a_new_conversation() {
    race("activate ‖ new conversation", &["refused", "lands in it"], || {
        let (shared, id) = resolved();
        let writer = shared.clone();
        let writer = thread::spawn(move || writer.write(contact(1), "once more"));
        let activated = shared.perform(id, Command::Activate { by: kim() });
        let said = writer.join().unwrap();
        let all = shared.rows.checked();
        match activated {
            Err(Refusal::ActiveExists { conversation }) => {
                assert_eq!((conversation, all.len()), (said, 2));
                "refused"
            }
            Ok(Some(_)) => {
                assert_eq!((said, all.len()), (id, 1));
                assert_eq!(tail(&shared, id, 2), ["activated", "message"]);
                "lands in it"
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn reactivation_meets_reactivation() {
    race("activate ‖ activate", &["Sam", "Kim"], || {
        let (shared, id) = resolved();
        let outcomes = both(&shared, id, Command::Activate { by: sam() }, Command::Activate { by: kim() });
        assert_eq!((count(&shared, id, "activated"), shared.rows.read(id).row.episode), (1, 2));
        match outcomes {
            (Ok(Some(_)), Err(Refusal::NotEnded)) => "Sam",
            (Err(Refusal::NotEnded), Ok(Some(_))) => "Kim",
            other => panic!("{other:?}"),
        }
    });
}

/// The bot answers the question that is open now.
fn reply(shared: &Shared, id: ConversationId) -> Command {
    let row = shared.rows.read(id).row;
    let turn = Turn { seq: row.turn.unwrap(), epoch: row.epoch };
    let said = BotMessage { text: "Let me see".into(), ..BotMessage::default() };
    Command::BotReply { turn, answer: BotAnswer { messages: vec![said], handoff: None } }
}

/// How a reply of the bot and a command that ends its turn came out; `kind` is what the command writes.
fn reply_meets(command: Command, kind: &'static str) -> &'static str {
    let (shared, id) = with_bot();
    let reply = reply(&shared, id);
    let (said, done) = both(&shared, id, reply, command);
    assert!(matches!((said, done), (Ok(Some(_)), Ok(Some(_)))));
    let stored = shared.rows.read(id);
    let over = stored.log.iter().position(|entry| entry.body.kind() == kind).unwrap();
    let spoke_late = |entry: &switchboard::domain::event::Entry| {
        entry.by == Author::Bot && matches!(entry.body, Event::Message { .. })
    };
    assert!(!stored.log[over..].iter().any(spoke_late), "the bot spoke after its turn");
    match tail(&shared, id, 2)[..] {
        ["message", last] if last == kind => "reply first",
        [before, "suppressed"] if before == kind => "suppressed",
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_reply_of_the_bot_meets_a_join() {
    race("bot reply ‖ join", &["reply first", "suppressed"], || {
        reply_meets(Command::Join { by: sam() }, "joined")
    });
}

#[test]
fn a_reply_of_the_bot_meets_the_wish_for_a_human() {
    race("bot reply ‖ ask for a human", &["reply first", "suppressed"], || {
        reply_meets(Command::RequestHuman, "handed_off")
    });
}

#[test]
fn first_messages_of_one_contact() {
    race("first messages of a contact", &["1 first", "2 first", "3 first"], || {
        let shared = Shared::default();
        let others: Vec<_> = ["2", "3"]
            .into_iter()
            .map(|text| {
                let writer = shared.clone();
                thread::spawn(move || writer.write(contact(9), text))
            })
            .collect();
        let first = shared.write(contact(9), "1");
        assert!(others.into_iter().all(|other| other.join().unwrap() == first));
        let all = shared.rows.checked();
        assert_eq!(all.len(), 1);
        let said = all[0].log.iter().filter_map(|entry| match &entry.body {
            Event::Message { text, .. } => Some(text.as_str()),
            _ => None,
        });
        let mut said: Vec<&str> = said.collect();
        let begun = said[0];
        said.sort_unstable();
        assert_eq!(said, ["1", "2", "3"], "every message is in it once");
        match begun {
            "1" => "1 first",
            "2" => "2 first",
            _ => "3 first",
        }
    });
}

#[test]
fn feedback_meets_feedback() {
    race("feedback ‖ feedback", &["one", "the other"], || {
        let (shared, id) = resolved();
        let stars = |stars: u8| Command::Feedback {
            feedback: Feedback { rating: Some(stars.try_into().unwrap()), comment: None },
        };
        let outcomes = both(&shared, id, stars(5), stars(1));
        assert_eq!(count(&shared, id, "feedback"), 1);
        match outcomes {
            (Ok(Some(_)), Err(Refusal::AlreadyRated)) => "one",
            (Err(Refusal::AlreadyRated), Ok(Some(_))) => "the other",
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn the_idle_limit_meets_a_message() {
    race("idle limit ‖ message", &["void", "limit first"], || {
        let (shared, id) = owned();
        let version = shared.rows.read(id).row.version;
        let post = Command::Post { text: "still here".into() };
        match both(&shared, id, Command::Expire { version }, post) {
            (Ok(None), Ok(Some(_))) => {
                assert_eq!(shared.rows.read(id).row.status, Status::Assigned);
                assert_eq!(tail(&shared, id, 1), ["message"]);
                "void"
            }
            (Ok(Some(_)), Err(Refusal::Ended)) => {
                assert_eq!(shared.rows.read(id).row.end_reason, Some(EndReason::Expired));
                assert_eq!(tail(&shared, id, 1), ["ended"]);
                "limit first"
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn one_client_id_from_two_sockets() {
    race("a client id ‖ the same", &["once"], || {
        let (shared, id) = owned();
        let client_id = ClientId(Uuid::from_u128(77));
        let again = shared.clone();
        let again = thread::spawn(move || again.repeat(id, send(sam(), "hi"), client_id));
        let first = shared.repeat(id, send(sam(), "hi"), client_id);
        assert_eq!(first, again.join().unwrap(), "the first answer again");
        assert_eq!(tail(&shared, id, 2), ["joined", "message"]);
        "once"
    });
}
