//! Many events come in as fast as they are taken, while the program that is told of them fails for a while. None may be lost on
//! either side, and the tries must come when `docs/WEBHOOKS.md` says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use switchboard::domain::webhook::{JITTER, pause_after};

use crate::figures::Figures;
use crate::office::{Line, Office};
use crate::peer::{Manner, Peer, Seen};
use crate::{Fallible, Options};

/// Requests of the platform at once.
const AT_ONCE: usize = 32;

/// Customers they are from.
const CUSTOMERS: usize = 200;

/// Nothing is waited for longer: the first three tries take five and a half minutes at most.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Sends, waits until everything was told, and prints what it found.
///
/// # Errors
/// Something was lost, or came at the wrong time.
pub async fn measure(options: &Options) -> Fallible<()> {
    let platform = Peer::start(Manner::Takes).await?;
    let program = Peer::start(Manner::Fails(Duration::from_secs(options.outage))).await?;
    let office = Arc::new(Office::open(options, &[platform.clone(), program.clone()]).await?);
    let line = office.channel(&platform).await?;
    office.webhook(&program).await?;
    // Conversations know of the webhook once their scope has read it.
    let mut warm = 0;
    while program.look(<[_]>::is_empty) {
        warm += 1;
        office.writes(&line, &format!("warm-{warm}"), "warm", "warm").await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let begun = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let hands = (0..AT_ONCE)
        .map(|_| tokio::spawn(post_many(office.clone(), line.clone(), next.clone(), options.count)));
    let mut times = Vec::with_capacity(options.count);
    for hand in join_all(hands).await {
        times.extend(hand??);
    }
    let took = begun.elapsed();
    println!(
        "in: {} in {:.1} s, {:.0} a second; {}",
        options.count,
        took.as_secs_f64(),
        options.count as f64 / took.as_secs_f64(),
        Figures::of(times)
    );

    let told = |seen: &[Seen]| seen.iter().filter(|one| one.taken && number(one).is_some()).count();
    while program.look(told) < options.count {
        if begun.elapsed() > PATIENCE {
            return Err(format!("only {} of {} events were told", program.look(told), options.count).into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let all = begun.elapsed();
    program.look(|seen| judge(seen, options, all))?;
    println!("most memory of the server: {} MiB", office.peak()?);
    Ok(())
}

async fn post_many(
    office: Arc<Office>,
    line: Line,
    next: Arc<AtomicUsize>,
    count: usize,
) -> Fallible<Vec<Duration>> {
    let mut times = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= count {
            return Ok(times);
        }
        let customer = format!("cust-{}", number % CUSTOMERS);
        times.push(
            office.writes(&line, &format!("event-{number}"), &customer, &format!("event {number}")).await?,
        );
    }
}

/// Which of our events it is about.
fn number(seen: &Seen) -> Option<usize> {
    seen.body["data"]["entry"]["body"]["text"].as_str()?.strip_prefix("event ")?.parse().ok()
}

/// Was everything told, once taken no more, and never before its time?
fn judge(seen: &[Seen], options: &Options, all: Duration) -> Fallible<()> {
    let mut tries: BTreeMap<usize, Vec<&Seen>> = BTreeMap::new();
    for one in seen {
        if let Some(number) = number(one) {
            tries.entry(number).or_default().push(one);
        }
    }
    let lost = options.count - tries.values().filter(|tries| tries.iter().any(|one| one.taken)).count();
    let repeated = tries.values().filter(|tries| tries.iter().filter(|one| one.taken).count() > 1).count();
    let mut by_tries: BTreeMap<usize, usize> = BTreeMap::new();
    let (mut late, mut early) = (Vec::new(), 0);
    for tries in tries.values() {
        *by_tries.entry(tries.len()).or_default() += 1;
        for (attempt, pair) in (1..).zip(tries.windows(2)) {
            let pause = |dice| Duration::from_millis(pause_after(attempt, dice).unwrap_or_default() as u64);
            let gap = pair[1].at - pair[0].at;
            early += usize::from(gap < pause(0));
            late.push(gap.saturating_sub(pause(2 * JITTER)));
        }
    }
    println!(
        "told: all {} {:.1} s after the first came in; outage {} s; lost {lost}, taken twice {repeated}, before their time {early}",
        options.count,
        all.as_secs_f64(),
        options.outage
    );
    for (tries, events) in by_tries {
        println!("  {events} events in {tries} tries");
    }
    println!("  tries later than the schedule's latest: {}", Figures::of(late));
    if lost + repeated + early > 0 { Err("the promise is not kept".into()) } else { Ok(()) }
}
