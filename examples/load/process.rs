//! A server as its own child process: started, waited for, measured through `/proc`, ended.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::Fallible;

/// A start that takes longer than this is an error.
const START_LIMIT: Duration = Duration::from_secs(20);

/// An end that takes longer than this is an error.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// A child process that listens on a loopback port. Ends with this value.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From `spawn` until a connection was accepted and got an HTTP answer.
    pub started_in: Duration,
}

impl Server {
    /// Starts `command` and waits until `address` answers.
    ///
    /// # Errors
    /// The command cannot be started, ends at once, or does not listen in time.
    pub fn start(mut command: Command, address: SocketAddr) -> Fallible<Self> {
        let start = Instant::now();
        let mut child =
            command.spawn().map_err(|error| format!("cannot start {}: {error}", name(&command)))?;
        loop {
            if answers(address) {
                return Ok(Self { child, address, started_in: start.elapsed() });
            }
            if let Some(status) = child.try_wait()? {
                return Err(format!("{} ended at once: {status}", name(&command)).into());
            }
            if start.elapsed() > START_LIMIT {
                child.kill()?;
                child.wait()?;
                return Err(format!("{} did not answer on {address} in time", name(&command)).into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// What comes out of the child, if `command` asked for a pipe. Once.
    pub fn output(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// User and system time of all its threads so far, in microseconds. Resolution: one clock tick, usually 10 ms.
    ///
    /// # Errors
    /// The process is gone.
    pub fn cpu(&self) -> Fallible<f64> {
        let stat = fs::read_to_string(self.proc("stat"))?;
        let (_, fields) = stat.rsplit_once(')').ok_or("no name in stat")?;
        // proc(5): after the name come fields 3, 4, …; utime is field 14, stime field 15.
        let mut fields = fields.split_ascii_whitespace().skip(11);
        let mut ticks = || -> Fallible<u64> { Ok(fields.next().ok_or("short stat")?.parse()?) };
        let ticks = ticks()? + ticks()?;
        Ok(ticks as f64 * 1e6 / rustix::param::clock_ticks_per_second() as f64)
    }

    /// Resident memory now, in bytes.
    ///
    /// # Errors
    /// The process is gone.
    pub fn resident(&self) -> Fallible<u64> {
        self.status("VmRSS:")
    }

    /// Most resident memory since the start or the last [`Self::forget_peak`], in bytes.
    ///
    /// # Errors
    /// The process is gone.
    pub fn peak(&self) -> Fallible<u64> {
        self.status("VmHWM:")
    }

    /// Lets [`Self::peak`] begin anew: proc(5), `clear_refs`, value 5.
    ///
    /// # Errors
    /// The process is gone or the system refuses.
    pub fn forget_peak(&self) -> Fallible<()> {
        Ok(fs::write(self.proc("clear_refs"), "5")?)
    }

    /// Asks it to end (SIGTERM), and waits until it has.
    ///
    /// # Errors
    /// It does not end within half a minute.
    pub fn stop(&mut self) -> Fallible<()> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        let asked = Instant::now();
        while asked.elapsed() < STOP_LIMIT {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("the server did not end within half a minute of SIGTERM".into())
    }

    fn status(&self, field: &str) -> Fallible<u64> {
        let status = fs::read_to_string(self.proc("status"))?;
        let line =
            status.lines().find_map(|line| line.strip_prefix(field)).ok_or("no such field in status")?;
        let kib: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kib * 1024)
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill, and the scenario has said so.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// Any HTTP answer will do.
fn answers(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let mut begin = [0; 8];
    stream.set_read_timeout(Some(START_LIMIT)).is_ok()
        && write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").is_ok()
        && stream.read_exact(&mut begin).is_ok()
        && begin == *b"HTTP/1.1"
}

/// A loopback address whose port is free now.
///
/// # Errors
/// No port can be bound.
pub fn free_address() -> Fallible<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
