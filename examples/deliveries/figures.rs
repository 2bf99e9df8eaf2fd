//! Figures of many times.

use std::fmt;
use std::time::Duration;

/// Some quantiles of many times.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// How many there were.
    pub count: usize,
    /// The middle one, in milliseconds.
    pub p50: f64,
    /// One in a hundred took longer, in milliseconds.
    pub p99: f64,
    /// The longest, in milliseconds.
    pub max: f64,
}

impl Figures {
    /// Of these times; all zero when there are none.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |part: f64| {
            let index = ((times.len() as f64 * part).ceil() as usize).clamp(1, times.len().max(1)) - 1;
            times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
        };
        Self { count: times.len(), p50: at(0.5), p99: at(0.99), max: at(1.0) }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, p50, p99, max } = self;
        write!(f, "{count} messages, p50 {p50:.1} ms, p99 {p99:.1} ms, longest {max:.1} ms")
    }
}

/// The middle of some figures.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
