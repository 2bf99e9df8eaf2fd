//! Many changes in one transaction, the same on both databases.

use futures_util::future::join_all;
use switchboard::domain::conversation::{Command, Fact};
use switchboard::domain::event::{Author, Event};
use switchboard::store::{Commit, CommitError, entries, meta};

use crate::support::chat::{Chat, hold_journal, is_conflict};
use crate::support::database::Database;
use crate::support::on_both;

on_both! {
    a_thousand_commits_share_transactions
    what_follows_in_one_transaction_is_fenced_as_one_by_one
    one_bad_commit_harms_no_other
    closing_finishes_what_waits
}

async fn a_thousand_commits_share_transactions(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let openings: Vec<_> = (0..100).map(|_| chat.opening(&chat.contact(), "Hello")).collect();
    let mut states: Vec<_> = openings.iter().map(|commit| commit.after.clone()).collect();
    for result in join_all(openings.into_iter().map(|commit| chat.store.commit(commit))).await {
        result.unwrap();
    }
    let before = chat.store.stats().batch_size.count;
    // Ten for each, one upon the other, all at once.
    let mut commits = Vec::new();
    for round in 0..10 {
        for state in &mut states {
            let commit = chat.post(state, &format!("message {round}"));
            *state = commit.after.clone();
            commits.push(chat.store.commit(commit));
        }
    }
    for result in join_all(commits).await {
        result.unwrap();
    }
    let transactions = chat.store.stats().batch_size.count - before;
    assert!(transactions < 100, "{transactions} transactions for 1,000 commits");
    for state in states {
        assert_eq!(chat.stored(state.id).await.unwrap(), state);
        let log = chat.log(state.id).await;
        assert_eq!(log.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
    }
}

async fn what_follows_in_one_transaction_is_fenced_as_one_by_one(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let posted = chat.done(chat.post(&opened, "before")).await;
    let upon = |commit: &Commit, text: &str| chat.post(&commit.after, text);
    let mut commits = vec![chat.post(&opened, "stale")];
    commits.push(upon(&commits[0], "upon the stale one"));
    commits.push(chat.post(&posted, "one"));
    commits.push(upon(&commits[2], "two"));
    commits.push(chat.post(&posted, "too late"));
    commits.push(upon(&commits[4], "upon the late one"));
    commits.push(chat.decided(&commits[3].after, &Command::Join { by: chat.agent.clone() }));
    commits.push(upon(&commits[6], "three"));
    commits.push(upon(&commits[7], "four"));
    let last = commits[8].after.clone();
    let (hold, release) = hold_journal(&chat.store).await;
    let all = join_all(commits.into_iter().map(|commit| chat.store.commit(commit)));
    let ((), results) = tokio::join!(release, all);
    hold.await.unwrap();
    let stored: Vec<bool> = results.iter().map(Result::is_ok).collect();
    assert_eq!(stored, [false, false, true, true, false, false, true, true, true], "{results:?}");
    assert!(results.iter().all(|result| result.is_ok() || is_conflict(result)), "{results:?}");
    assert_eq!(chat.stored(opened.id).await.unwrap(), last);
    let numbers: Vec<i64> = chat.log(opened.id).await.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=last.version).collect::<Vec<_>>());
}

async fn one_bad_commit_harms_no_other(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let states = join_all((0..20).map(|_| chat.open("Hello"))).await;
    let bad = chat.open("Bad").await;
    // Two ratings of one episode: the rules never do that, and the feedback's key refuses it.
    let rating = || Fact { by: Author::Contact, body: Event::Feedback { rating: None, comment: None } };
    let bad_commit = chat.commit_of(&bad, vec![rating(), rating()]);
    let (hold, release) = hold_journal(&chat.store).await;
    let commits = states.iter().map(|state| chat.store.commit(chat.post(state, "fine")));
    let neighbours = join_all(commits);
    let write = chat.store.write(|c| meta::put_once(c, "fine", "too"));
    let everything = async { tokio::join!(chat.store.commit(bad_commit), neighbours, write) };
    let ((), (bad_result, neighbours, write)) = tokio::join!(release, everything);
    hold.await.unwrap();
    assert!(is_conflict(&bad_result), "{bad_result:?}");
    assert!(neighbours.iter().all(Result::is_ok), "{neighbours:?}");
    assert_eq!(write.unwrap(), "too");
    assert_eq!(chat.stored(bad.id).await.unwrap(), bad);
    assert_eq!(chat.log(bad.id).await.len(), 2);
}

async fn closing_finishes_what_waits(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let states = join_all((0..50).map(|_| chat.open("Hello"))).await;
    let (hold, release) = hold_journal(&chat.store).await;
    let posts = join_all(states.iter().map(|state| chat.store.commit(chat.post(state, "last words"))));
    let close = chat.store.clone().close();
    let (posts, closed, ()) = tokio::join!(posts, close, release);
    hold.await.unwrap();
    closed.unwrap();
    assert!(posts.iter().all(Result::is_ok), "{posts:?}");
    let refused = chat.store.commit(chat.opening(&chat.contact(), "too late")).await;
    assert!(matches!(refused, Err(CommitError::Unavailable(_))), "{refused:?}");
    assert!(chat.store.clone().close().await.is_err());
    let store = database.open();
    let id = states[49].id;
    assert_eq!(store.read(move |c| entries::last(c, id, 10)).await.unwrap().len(), 3);
}
