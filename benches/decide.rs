//! The pure part of one message: decide, number, apply. Everything else a message costs is I/O.

#![allow(missing_docs, reason = "criterion's macro makes a public function")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use switchboard::domain::conversation::{
    Command, Conversation, NewConversation, Rules, decide, number, open,
};
use switchboard::domain::ids::Id;
use switchboard::domain::member::{Actor, Role};
use uuid::Uuid;

const NOW: i64 = 1_767_225_600_000;

/// One command to a conversation: what it says, and the state afterwards.
fn take(conversation: &mut Conversation, command: &Command, rules: &Rules) {
    if let Ok(facts) = decide(conversation, command, rules, NOW) {
        for entry in number(conversation.version, facts, None, NOW) {
            conversation.apply(&entry);
        }
    }
}

fn queued(rules: &Rules) -> Conversation {
    let id = Uuid::from_u128;
    let new = NewConversation {
        id: Id::from_uuid(id(1)),
        scope: Id::from_uuid(id(2)),
        channel: Id::from_uuid(id(3)),
        contact: Id::from_uuid(id(4)),
    };
    let mut conversation = Conversation::unopened(&new);
    for entry in number(0, open(rules, &"Where is my order?".into()), None, NOW) {
        conversation.apply(&entry);
    }
    conversation
}

fn agent(id: u128) -> Actor {
    Actor { id: Id::from_uuid(Uuid::from_u128(id)), name: "Sam Ortega".into(), role: Role::Agent }
}

fn benches(criterion: &mut Criterion) {
    let rules = Rules::default();
    let text = "m".repeat(160);
    let claim = Command::Send { by: agent(5), text: text.clone().into() };
    let late = Command::Send { by: agent(6), text: text.clone().into() };
    let post = Command::Post { text: text.into() };
    let mut owned = queued(&rules);
    take(&mut owned, &claim, &rules);

    let mut group = criterion.benchmark_group("decide");
    group.bench_function("a customer's message", |bencher| {
        let mut conversation = owned.clone();
        bencher.iter(|| take(&mut conversation, black_box(&post), &rules));
    });
    group.bench_function("the owner's message", |bencher| {
        let mut conversation = owned.clone();
        bencher.iter(|| take(&mut conversation, black_box(&claim), &rules));
    });
    group.bench_function("the claim", |bencher| {
        let waiting = queued(&rules);
        bencher.iter_batched_ref(
            || waiting.clone(),
            |conversation| take(conversation, black_box(&claim), &rules),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("a claim that comes too late", |bencher| {
        bencher.iter(|| decide(black_box(&owned), black_box(&late), &rules, NOW));
    });
    group.finish();
}

criterion_group!(decisions, benches);
criterion_main!(decisions);
