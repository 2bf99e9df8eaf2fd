//! Scopes, people, keys, lists and erasure, the same on both databases.

use std::collections::BTreeMap;

use serde_json::json;
use switchboard::domain::bot::{BotConfig, Script};
use switchboard::domain::conversation::{Command, Conversation};
use switchboard::domain::event::Event;
use switchboard::domain::feedback::{Feedback, Rating};
use switchboard::domain::ids::{MemberId, ScopeId};
use switchboard::domain::member::{Member, Role};
use switchboard::store::audit::{AuditActor, AuditRow};
use switchboard::store::invitations::{Invitation, Purpose};
use switchboard::store::keys::ApiKey;
use switchboard::store::logins::Login;
use switchboard::store::outbox::OutboxRow;
use switchboard::store::reads::Reader;
use switchboard::store::search::{self, Among, Filter};
use switchboard::store::{
    Cursor, StoreError, audit, channels, contacts, conversations, entries, feedback, invitations, keys,
    logins, members, meta, outbox, reads, scopes,
};

use crate::support::chat::Chat;
use crate::support::database::Database;
use crate::support::on_both;

on_both! {
    scopes_and_channels
    a_scope_goes_with_everything_in_it
    members_and_roles
    log_in_sessions
    one_time_links
    api_keys
    facts_are_put_once
    reading_only_goes_forward
    active_conversations_of_a_scope
    ended_conversations_in_pages_and_by_filter
    the_trail_in_pages
    the_outbox_takes_turns
    messages_of_a_conversation_leave_by_their_numbers
    an_erased_contact_leaves_only_numbers
    an_export_is_whole
}

fn member(chat: &Chat, name: &str) -> Member {
    let id: MemberId = chat.sources.id();
    Member { id, email: format!("{name}@Shop.Example"), name: name.into(), disabled: false }
}

async fn scopes_and_channels(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let (mut scope, mut channel) = (chat.scope.clone(), chat.channel.clone());
    scope.name = "Käse & mehr".into();
    scope.settings.release_after = 5_000;
    channel.name = "Help".into();
    channel.settings.allowed_origins = vec!["https://shop.example".into()];
    channel.enabled = false;
    let bot = BotConfig::Scripted(Script { greeting: "Hi".into(), ..Script::default() });
    let (a, b, c) = (scope.clone(), channel.clone(), bot.clone());
    let written = chat.store.write(move |conn| {
        scopes::update(conn, &a)?;
        scopes::set_bot(conn, a.id, &c)?;
        channels::update(conn, &b)
    });
    written.await.unwrap();
    let (id, key, agent) = (scope.id, channel.public_key.clone(), chat.agent.id);
    let read = chat.store.read(move |c| {
        assert_eq!(scopes::list(c)?, [scopes::by_id(c, id)?]);
        assert_eq!(scopes::of_member(c, agent)?, [(scopes::by_id(c, id)?, Role::Agent)]);
        assert_eq!(scopes::count(c)?, 1);
        assert_eq!(channels::list(c, id)?, [channels::by_public_key(c, &key)?]);
        assert!(matches!(channels::by_public_key(c, "nonsense"), Err(StoreError::NotFound)));
        Ok((scopes::by_id(c, id)?, scopes::bot(c, id)?, channels::by_public_key(c, &key)?))
    });
    assert_eq!(read.await.unwrap(), (scope, bot, channel.clone()));

    let mut double = channel.clone();
    double.id = chat.sources.id();
    let now = chat.now();
    let refused = chat.store.write(move |c| channels::insert(c, &double, now)).await;
    assert!(matches!(refused, Err(StoreError::Conflict("duplicate"))), "{refused:?}");
    let mut homeless = channel.clone();
    (homeless.id, homeless.scope, homeless.public_key) = (chat.sources.id(), chat.sources.id(), "k".into());
    let refused = chat.store.write(move |c| channels::insert(c, &homeless, now)).await;
    assert!(matches!(refused, Err(StoreError::Conflict("reference"))), "{refused:?}");

    chat.open("Hello").await;
    let id = channel.id;
    let used = chat.store.write(move |c| channels::delete(c, id)).await;
    assert!(matches!(used, Err(StoreError::Conflict("in_use"))), "{used:?}");
    let mut unused = channel.clone();
    (unused.id, unused.public_key) = (chat.sources.id(), "unused".into());
    let id = unused.id;
    let gone = chat.store.write(move |c| {
        channels::insert(c, &unused, now)?;
        channels::delete(c, id)?;
        channels::by_id(c, id)
    });
    assert!(matches!(gone.await, Err(StoreError::NotFound)));
}

async fn a_scope_goes_with_everything_in_it(database: Database) {
    let store = database.open();
    let (chat, other) = (Chat::new(&store).await, Chat::new(&store).await);
    let opened = chat.open("Hello").await;
    chat.does(&opened, Command::End { feedback: Feedback { rating: None, comment: Some("x".into()) } }).await;
    let kept = other.open("Hello").await;
    let (id, member) = (chat.scope.id, chat.agent.id);
    store
        .write(move |c| {
            reads::upsert_max(c, opened.id, Reader::Contact, 1)?;
            scopes::delete(c, id)
        })
        .await
        .unwrap();
    let read = store.read(move |c| {
        assert!(matches!(scopes::by_id(c, id), Err(StoreError::NotFound)));
        assert!(matches!(conversations::by_id(c, opened.id), Err(StoreError::NotFound)));
        assert_eq!(entries::last(c, opened.id, 10)?, []);
        assert_eq!(members::by_id(c, member)?.id, member);
        assert_eq!(members::memberships_of(c, member)?, []);
        conversations::by_id(c, kept.id)
    });
    assert_eq!(read.await.unwrap(), kept);
    let again = store.write(move |c| scopes::delete(c, id)).await;
    assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
}

async fn members_and_roles(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let (ada, scope, agent, now) = (member(&chat, "Ada"), chat.scope.id, chat.agent.id, chat.now());
    let id = ada.id;
    let wrote = {
        let ada = ada.clone();
        chat.store.write(move |c| {
            members::insert(c, &ada, None, now)?;
            members::set_role(c, id, scope, Role::Agent)?;
            members::set_role(c, id, scope, Role::Owner)?;
            members::set_password(c, id, "$argon2id$…")
        })
    };
    wrote.await.unwrap();
    let double = Member { id: chat.sources.id(), email: "aDa@shop.example".into(), ..ada.clone() };
    let refused = chat.store.write(move |c| members::insert(c, &double, None, now)).await;
    assert!(matches!(refused, Err(StoreError::Conflict("duplicate"))), "{refused:?}");
    let stored = Member { email: "ada@shop.example".into(), ..ada.clone() };
    let read = chat.store.read(move |c| {
        let credentials = members::by_email(c, "ADA@shop.example")?;
        assert_eq!(credentials.password_hash.as_deref(), Some("$argon2id$…"));
        assert_eq!(credentials.member, members::by_id(c, id)?);
        assert_eq!(members::credentials(c, agent)?.password_hash, None);
        assert_eq!(members::role_in(c, id, scope)?, Some(Role::Owner));
        assert_eq!(members::owners_of(c, scope)?, [id]);
        assert_eq!(members::count(c)?, 2);
        let list = members::list_of_scope(c, scope)?;
        assert_eq!(
            list.iter().map(|(m, r)| (m.id, *r)).collect::<Vec<_>>(),
            [(id, Role::Owner), (agent, Role::Agent)]
        );
        Ok(credentials.member)
    });
    assert_eq!(read.await.unwrap(), stored);
    let wrote = chat.store.write(move |c| {
        members::set_disabled(c, id, true)?;
        assert_eq!(members::owners_of(c, scope)?, []);
        members::update(c, &Member { name: "Ada L.".into(), ..stored })?;
        members::remove_from_scope(c, agent, scope)?;
        assert!(matches!(members::remove_from_scope(c, agent, scope), Err(StoreError::NotFound)));
        assert_eq!(members::role_in(c, agent, scope)?, None);
        members::by_id(c, id)
    });
    let ada = wrote.await.unwrap();
    assert_eq!((ada.name.as_str(), ada.disabled), ("Ada L.", true));
}

async fn log_in_sessions(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let login = |expires_at| Login {
        id: chat.sources.id(),
        member: chat.agent.id,
        csrf_token: "csrf".into(),
        created_at: 1,
        last_seen_at: 1,
        expires_at,
        address: Some("2001:db8::1".into()),
        user_agent: None,
    };
    let (first, second, third) = (login(100), login(200), login(300));
    let member = chat.agent.id;
    let wrote = chat.store.write(move |c| {
        for (login, hash) in [(&first, "h1"), (&second, "h2"), (&third, "h3")] {
            logins::insert(c, login, hash)?;
        }
        let (found, who) = logins::by_token_hash(c, "h2")?;
        assert_eq!((&found, who.id), (&second, member));
        assert_eq!(logins::list_of(c, member)?, [third.clone(), second.clone(), first.clone()]);
        logins::touch(c, third.id, 50)?;
        assert_eq!(logins::delete_expired(c, 101, 0)?, 1, "the first has expired");
        assert_eq!(logins::delete_expired(c, 0, 50)?, 1, "the second was idle");
        assert!(matches!(logins::by_token_hash(c, "h2"), Err(StoreError::NotFound)));
        logins::insert(c, &first, "h1")?;
        assert_eq!(logins::delete_all_of(c, member, Some(third.id))?, [first.id]);
        assert_eq!(logins::delete_all_of(c, member, None)?, [third.id]);
        logins::insert(c, &first, "h1")?;
        logins::delete(c, first.id, member)?;
        assert!(matches!(logins::delete(c, first.id, member), Err(StoreError::NotFound)));
        logins::insert(c, &first, "h1")?;
        logins::insert(c, &second, "h1")
    });
    assert!(matches!(wrote.await, Err(StoreError::Conflict("duplicate"))));
}

async fn one_time_links(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let link = Invitation {
        id: chat.sources.id(),
        member: chat.agent.id,
        purpose: Purpose::Invite,
        created_at: 1,
        expires_at: 9,
        used_at: None,
    };
    let insert = link.clone();
    chat.store.write(move |c| invitations::insert(c, &insert, "hash")).await.unwrap();
    let tries = (0..10).map(|_| {
        let id = link.id;
        chat.store.write(move |c| invitations::use_up(c, id, 5))
    });
    let tries = futures_util::future::join_all(tries).await;
    assert_eq!(tries.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(tries.iter().all(|result| matches!(result, Ok(()) | Err(StoreError::Conflict("used")))));
    let (found, who) = chat.store.read(|c| invitations::by_token_hash(c, "hash")).await.unwrap();
    assert_eq!((found, who.id), (Invitation { used_at: Some(5), ..link }, chat.agent.id));
    let member = chat.agent.id;
    let gone = chat.store.write(move |c| {
        invitations::delete_all_of(c, member)?;
        invitations::by_token_hash(c, "hash")
    });
    assert!(matches!(gone.await, Err(StoreError::NotFound)));
}

async fn api_keys(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let key = ApiKey {
        id: chat.sources.id(),
        scope: chat.scope.id,
        member: chat.agent.id,
        name: "sync".into(),
        role: Role::Admin,
        created_at: 1,
        last_used_at: None,
        expires_at: Some(100),
        revoked_at: None,
    };
    let (scope, other): (ScopeId, ScopeId) = (chat.scope.id, chat.sources.id());
    let expected = ApiKey { last_used_at: Some(7), revoked_at: Some(8), ..key.clone() };
    let wrote = chat.store.write(move |c| {
        keys::insert(c, &key, "hash")?;
        assert_eq!(keys::by_hash(c, "hash")?.0, key);
        keys::touch(c, key.id, 7)?;
        assert!(matches!(keys::revoke(c, key.id, other, 8), Err(StoreError::NotFound)));
        keys::revoke(c, key.id, scope, 8)?;
        keys::revoke(c, key.id, scope, 9)?;
        assert_eq!(keys::list(c, other)?, []);
        keys::list(c, scope)
    });
    assert_eq!(wrote.await.unwrap(), [expected]);
}

async fn facts_are_put_once(database: Database) {
    let store = database.open();
    let tries = (0..10).map(|number| store.write(move |c| meta::put_once(c, "key", &number.to_string())));
    let stand = futures_util::future::join_all(tries).await;
    assert!(stand.into_iter().all(|value| value.unwrap() == "0"));
    assert_eq!(store.read(|c| meta::get(c, "other")).await.unwrap(), None);
}

async fn reading_only_goes_forward(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let (id, member) = (opened.id, Reader::Member(chat.agent.id));
    let read = chat.store.write(move |c| {
        for (reader, seq) in [(Reader::Contact, 2), (member, 1), (Reader::Contact, 1), (member, 2)] {
            reads::upsert_max(c, id, reader, seq)?;
        }
        reads::of_conversation(c, id)
    });
    let read: BTreeMap<String, i64> =
        read.await.unwrap().into_iter().map(|(reader, seq)| (format!("{reader:?}"), seq)).collect();
    let expected = [("Contact".to_owned(), 2), (format!("{member:?}"), 2)];
    assert_eq!(read, BTreeMap::from(expected));
}

async fn active_conversations_of_a_scope(database: Database) {
    let store = database.open();
    let (chat, other) = (Chat::new(&store).await, Chat::new(&store).await);
    let mut active: Vec<Conversation> = Vec::new();
    for number in 0..5 {
        active.push(chat.open(&format!("chat {number}")).await);
    }
    other.open("elsewhere").await;
    chat.resolve(&active.remove(2)).await;
    let scope = chat.scope.id;
    let listed = store.read(move |c| conversations::active(c, scope)).await.unwrap();
    assert!(listed.iter().all(|(conversation, contact)| conversation.contact == contact.id));
    assert_eq!(listed.into_iter().map(|(conversation, _)| conversation).collect::<Vec<_>>(), active);
    let id = active[0].id;
    let (one, contact) = store.read(move |c| conversations::with_contact(c, id)).await.unwrap();
    assert_eq!((one.contact, contact.name.as_str()), (contact.id, "Visitor 4821"));
}

fn ended_ones() -> Filter {
    Filter { among: Among::Ended, ..Filter::default() }
}

async fn ended_conversations_in_pages_and_by_filter(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let mut contact = chat.contact();
    (contact.name, contact.email) = ("Zoë 100%_Q".into(), Some("Zoe@z.example".into()));
    let mut ended = Vec::new();
    for number in 0..7 {
        let opened = if number == 3 {
            chat.open_for(&contact, "about INVOICE 7").await
        } else {
            chat.open(&format!("question {number}")).await
        };
        ended.push(if number % 2 == 0 {
            chat.resolve(&opened).await
        } else {
            chat.does(&opened, Command::End { feedback: Feedback::default() }).await
        });
    }
    chat.open("still open").await;
    // Times may be equal; then the id decides.
    ended.sort_by_key(|conversation| std::cmp::Reverse((conversation.ended_at, conversation.id)));
    let scope = chat.scope.id;
    let page = |filter: Filter, from: Option<Cursor>, limit| {
        chat.store.read(move |c| search::list(c, scope, &filter, from, limit))
    };
    let (mut seen, mut from) = (Vec::new(), None);
    for size in [3, 3, 1] {
        let part = page(ended_ones(), from, 3).await.unwrap();
        assert_eq!(part.items.len(), size);
        seen.extend(part.items.into_iter().map(|(conversation, _)| conversation));
        from = part.next.map(|cursor| cursor.to_string().parse().unwrap());
    }
    assert_eq!((seen, from), (ended.clone(), None));

    let found = |filter: Filter| async {
        let part = page(filter, None, 50).await.unwrap();
        part.items.into_iter().map(|(conversation, _)| conversation.id).collect::<Vec<_>>()
    };
    let text = |text: &str| Filter { text: Some(text.into()), ..ended_ones() };
    let zoe: Vec<_> = ended.iter().filter(|one| one.contact == contact.id).map(|one| one.id).collect();
    for wanted in ["invoice", "Zoë", "zoe@Z.EXAMPLE", "100%_q", "ABOUT invoice 7"] {
        assert_eq!(found(text(wanted)).await, zoe, "{wanted}");
    }
    for unwanted in ["100__q", "%voice%", "still", "'; DROP TABLE entries; --", "\\"] {
        assert_eq!(found(text(unwanted)).await, [], "{unwanted}");
    }
    let resolved: Vec<_> = ended
        .iter()
        .filter(|one| one.end_reason == Some(switchboard::domain::event::EndReason::Resolved))
        .collect();
    let resolved: Vec<_> = resolved.into_iter().map(|one| one.id).collect();
    assert_eq!(resolved.len(), 4);
    let by = Filter { assignee: Some(chat.agent.id), ..ended_ones() };
    assert_eq!(found(by).await, resolved);
    let here = Filter { channel: Some(chat.channel.id), ..ended_ones() };
    assert_eq!(found(here).await.len(), 7);
    let elsewhere = Filter { channel: Some(chat.sources.id()), ..ended_ones() };
    assert_eq!(found(elsewhere).await, []);
}

async fn the_trail_in_pages(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let line = |number: i64| AuditRow {
        id: chat.sources.id(),
        scope: Some(chat.scope.id),
        at: number / 2,
        actor: AuditActor { kind: "system".into(), id: None, name: "Switchboard".into() },
        action: format!("action {number}"),
        object: "object".into(),
        address: None,
        details: json!({"number": number}),
    };
    let lines: Vec<AuditRow> = (0..5).map(line).collect();
    let mut global = line(9);
    global.scope = None;
    let (insert, scope) = (lines.clone(), chat.scope.id);
    let wrote = chat
        .store
        .write(move |c| insert.into_iter().chain([global]).try_for_each(|line| audit::append(c, line)));
    wrote.await.unwrap();
    let first = chat.store.read(move |c| audit::list(c, scope, None, 3)).await.unwrap();
    let rest = chat.store.read(move |c| audit::list(c, scope, first.next, 3)).await.unwrap();
    let seen: Vec<_> = first.items.into_iter().chain(rest.items).collect();
    assert_eq!(seen, lines.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(rest.next, None);
}

async fn the_outbox_takes_turns(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let row = |next_at| OutboxRow {
        id: chat.sources.id(),
        scope: chat.scope.id,
        conversation: None,
        topic: "webhook".into(),
        payload: json!({"at": next_at}),
        created_at: 0,
        next_at,
        message: None,
    };
    let rows = [row(30), row(10), row(20), row(99)];
    let wrote = chat.store.write(move |c| {
        rows.iter().try_for_each(|row| outbox::insert(c, row.clone()))?;
        let first: Vec<_> = outbox::lease_due(c, 50, 60, 2)?.into_iter().map(|one| one.row.id).collect();
        assert_eq!(first, [rows[1].id, rows[2].id], "oldest first");
        let second: Vec<_> = outbox::lease_due(c, 50, 60, 2)?.into_iter().map(|one| one.row.id).collect();
        assert_eq!(second, [rows[0].id], "the others are taken, the last is not due");
        outbox::fail(c, rows[1].id, "gone", None, 50)?;
        outbox::finish(c, rows[2].id, 50)?;
        let again: Vec<_> = outbox::lease_due(c, 60, 70, 9)?.into_iter().map(|one| one.row.id).collect();
        assert_eq!(again, [rows[0].id], "dead letters and done ones stay where they are");
        outbox::finish(c, chat_id(&rows[3], 1), 50)
    });
    assert!(matches!(wrote.await, Err(StoreError::NotFound)));
}

/// Ids follow the clock, which may be set back between two runs of the program.
async fn messages_of_a_conversation_leave_by_their_numbers(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let conversation = chat.open("Hello").await.id;
    let channel = chat.channel.id;
    let row = |seq| OutboxRow {
        id: chat.sources.id(),
        scope: chat.scope.id,
        conversation: Some(conversation),
        topic: outbox::MESSAGE.into(),
        payload: json!(null),
        created_at: 0,
        next_at: 0,
        message: Some((channel, seq)),
    };
    let later_first = [row(4), row(3)];
    let left = chat.store.write(move |c| {
        later_first.into_iter().try_for_each(|row| outbox::insert(c, row))?;
        let mut left = Vec::new();
        while let [one] = &outbox::lease_of_channel(c, channel, 50, 9)?[..] {
            left.extend(one.row.message.map(|(_, seq)| seq));
            outbox::finish(c, one.row.id, 50)?;
        }
        Ok(left)
    });
    assert_eq!(left.await.unwrap(), [3, 4]);
}

/// An id that no row has.
fn chat_id(row: &OutboxRow, add: u128) -> switchboard::domain::ids::OutboxId {
    switchboard::domain::ids::Id::from_uuid(uuid::Uuid::from_u128(row.id.uuid().as_u128() + add))
}

async fn an_erased_contact_leaves_only_numbers(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let mut contact = chat.contact();
    contact.external_id = Some("secret-42".into());
    contact.verified = true;
    contact.email = Some("secret@z.example".into());
    contact.name = "Secret Name".into();
    contact.attributes.insert("plan".into(), "secret plan".into());
    let opened = chat.open_for(&contact, "secret question").await;
    let note = Command::Note { by: chat.agent.clone(), text: "secret note".into(), mentions: Vec::new() };
    let noted = chat.does(&opened, note).await;
    let mut posted = chat.post(&noted, "secret answer");
    posted.outbox.push(OutboxRow {
        id: chat.sources.id(),
        scope: chat.scope.id,
        conversation: Some(opened.id),
        topic: "webhook".into(),
        payload: json!("secret payload"),
        created_at: 0,
        next_at: 0,
        message: None,
    });
    let posted = chat.done(posted).await;
    let rating = Feedback { rating: Rating::try_from(2).ok(), comment: Some("secret comment".into()) };
    let ended = chat.does(&posted, Command::End { feedback: rating }).await;
    let bystander = chat.open("kept").await;
    let before = chat.log(opened.id).await;

    let id = contact.id;
    let conversations = chat.store.write(move |c| contacts::erase(c, id)).await.unwrap();
    assert_eq!(conversations, [opened.id]);
    let export = chat.store.read(move |c| contacts::export(c, id)).await.unwrap();
    let text = format!("{export:?}");
    assert!(!text.to_lowercase().contains("secret"), "{text}");
    assert_eq!(export.contact.token_generation, 1);
    let erased = &export.conversations[0];
    assert_eq!(erased.conversation.version, ended.version);
    assert_eq!(erased.feedback[0].feedback, Feedback { rating: Rating::try_from(2).ok(), comment: None });
    let kinds: Vec<_> = erased.entries.iter().map(|entry| entry.body.kind()).collect();
    assert_eq!(kinds, ["erased", "erased", "erased", "erased", "erased", "ended"]);
    for (was, is) in before.iter().zip(&erased.entries) {
        assert_eq!((was.seq, was.at, &was.by), (is.seq, is.at, &is.by));
    }
    assert_eq!(chat.store.write(|c| outbox::lease_due(c, 9, 9, 9)).await.unwrap(), []);
    assert!(matches!(chat.log(bystander.id).await[1].body, Event::Message { .. }));
    let nobody = chat.sources.id();
    let refused = chat.store.write(move |c| contacts::erase(c, nobody)).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
}

async fn an_export_is_whole(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let contact = chat.contact();
    let mut ended = Vec::new();
    for number in 0..3 {
        let opened = chat.open_for(&contact, &format!("question {number}")).await;
        ended.insert(0, chat.does(&opened, Command::End { feedback: Feedback::default() }).await);
    }
    let mut renamed = contact.clone();
    renamed.name = "Ann".into();
    let (id, update) = (contact.id, renamed.clone());
    chat.store.write(move |c| contacts::update(c, &update)).await.unwrap();
    let export = chat.store.read(move |c| contacts::export(c, id)).await.unwrap();
    assert_eq!(export.contact, renamed);
    assert_eq!(export.conversations.iter().map(|one| one.conversation.clone()).collect::<Vec<_>>(), ended);
    for one in export.conversations {
        assert_eq!(one.entries, chat.log(one.conversation.id).await);
        assert_eq!(one.session.language.as_deref(), Some("de"));
    }
    let latest = chat.store.read(move |c| conversations::latest_of(c, id)).await.unwrap();
    assert_eq!(latest, Some(ended[0].clone()));
    let rows = chat.store.read(move |c| feedback::of_conversation(c, ended[0].id)).await.unwrap();
    assert_eq!(rows, [], "a skipped rating is none");
}
