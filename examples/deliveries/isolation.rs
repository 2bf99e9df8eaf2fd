//! Ten platforms get messages at a steady rate; in every second play one of them hangs. How long do the nine others wait?

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::figures::{Figures, median};
use crate::office::Office;
use crate::peer::{Manner, Peer};
use crate::{Fallible, Options};

const PLATFORMS: usize = 10;

/// Conversations of each platform.
const CHATS: usize = 4;

/// Messages of the backlog that are written at the same time.
const AT_ONCE: usize = 16;

/// After the last message, for what is still on its way.
const GRACE: Duration = Duration::from_secs(10);

/// Plays without and with the ill platform in turn, and prints what it found.
///
/// # Errors
/// A play failed, or a healthy platform missed a message.
pub async fn measure(options: &Options) -> Fallible<()> {
    let rate = (PLATFORMS * CHATS) as f64 * 1_000.0 / options.pause as f64;
    println!("{PLATFORMS} platforms, {rate:.0} messages a second, {} s a play", options.seconds);
    let mut ratios = Vec::new();
    for _ in 0..options.repeat {
        let healthy = play(options, Manner::Takes).await?;
        println!("all answer:  {healthy}");
        let ill = play(options, Manner::Hangs).await?;
        println!("one hangs:   {ill}   p99 {:+.0} %", 100.0 * (ill.p99 / healthy.p99 - 1.0));
        ratios.push(ill.p99 / healthy.p99);
    }
    println!(
        "p99 of the nine, one hangs against all answer, in the middle: {:+.0} %",
        100.0 * (median(ratios) - 1.0)
    );
    Ok(())
}

/// From the member's command to the platform, for the nine that always answer.
async fn play(options: &Options, last: Manner) -> Fallible<Figures> {
    let mut peers = Vec::new();
    for number in 1..=PLATFORMS {
        peers.push(Peer::start(if number < PLATFORMS { Manner::Takes } else { last.clone() }).await?);
    }
    let office = Arc::new(Office::open(options, &peers).await?);
    let mut first = Vec::new();
    for (number, peer) in peers.iter().enumerate() {
        let line = office.channel(peer).await?;
        for chat in 0..CHATS {
            let words = format!("hello {number} {chat}");
            office.writes(&line, &format!("first-{chat}"), &format!("cust-{chat}"), &words).await?;
            first.push(words);
        }
    }
    let chats = office.conversations(&first).await?;
    let waiting = if matches!(last, Manner::Hangs) { options.backlog } else { 0 };
    let backlog = (0..waiting).map(|number| {
        let chat = &chats[chats.len() - 1 - number % CHATS];
        let office = office.clone();
        async move { office.answers(chat, &format!("waits {number}")).await }
    });
    stream::iter(backlog).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
    let end = Instant::now() + Duration::from_secs(options.seconds);
    let pause = Duration::from_millis(options.pause);
    let talks = chats.iter().enumerate().map(|(index, chat)| {
        // Evenly over the pause, so that the platforms take turns.
        let begin = pause.mul_f64(index as f64 / chats.len() as f64);
        talk(office.clone(), index, chat.clone(), begin, pause, end)
    });
    let mut said: HashMap<String, Instant> = HashMap::new();
    for (index, told) in join_all(talks).await.into_iter().enumerate() {
        let told = told?;
        if index / CHATS < PLATFORMS - 1 {
            said.extend(told);
        }
    }
    let came = || -> usize { peers[..PLATFORMS - 1].iter().map(|peer| peer.look(<[_]>::len)).sum() };
    let patience = Instant::now() + GRACE;
    while came() < said.len() {
        if Instant::now() > patience {
            return Err(format!("{} of {} messages came", came(), said.len()).into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut times = Vec::with_capacity(said.len());
    for peer in &peers[..PLATFORMS - 1] {
        peer.look(|seen| {
            times.extend(seen.iter().filter_map(|one| {
                let begun = said.get(one.body["data"]["text"].as_str()?)?;
                Some(one.at - *begun)
            }));
        });
    }
    Ok(Figures::of(times))
}

/// Answers in one conversation, at the same pace whatever happens; answers what was said when.
async fn talk(
    office: Arc<Office>,
    index: usize,
    chat: String,
    begin: Duration,
    pause: Duration,
    end: Instant,
) -> Fallible<Vec<(String, Instant)>> {
    tokio::time::sleep(begin).await;
    let mut tick = tokio::time::interval(pause);
    let mut said = Vec::new();
    loop {
        tick.tick().await;
        if Instant::now() > end {
            return Ok(said);
        }
        let words = format!("answer {index} {}", said.len());
        said.push((words.clone(), Instant::now()));
        office.answers(&chat, &words).await?;
    }
}
