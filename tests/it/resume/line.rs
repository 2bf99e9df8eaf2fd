//! A line between one client and the server that breaks.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::World;
use super::dice::Dice;

/// Forwards one connection until it is cut. Dropped, it drops the connection.
pub struct Line {
    /// Where the client connects to.
    pub base: String,
    task: JoinHandle<()>,
}

/// How a line breaks.
#[derive(Clone, Copy)]
enum Cut {
    Both,
    ToServer,
    ToClient,
}

impl Line {
    /// A line that breaks after a while, while there is time; a sound one afterwards.
    pub async fn open(world: &std::sync::Arc<World>, dice: &mut Dice) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let breaks = world.has_time().then(|| Duration::from_millis(20 + dice.roll(3_000)));
        let how =
            [Cut::Both, Cut::Both, Cut::ToServer, Cut::ToClient][usize::try_from(dice.roll(4)).unwrap()];
        let world = world.clone();
        let task = tokio::spawn(async move {
            let upstream = world.base.strip_prefix("http://").unwrap();
            let (Ok((client, _)), Ok(server)) = (listener.accept().await, TcpStream::connect(upstream).await)
            else {
                return;
            };
            // Small frames leave at once, as from a browser.
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let (stop_up, up_stops) = oneshot::channel();
            let (stop_down, down_stops) = oneshot::channel();
            let up = tokio::spawn(forward(from_client, to_server, up_stops));
            let down = tokio::spawn(forward(from_server, to_client, down_stops));
            let _guard = (Stop(&up), Stop(&down));
            let Some(breaks) = breaks else { return std::future::pending().await };
            tokio::time::sleep(breaks).await;
            let name = match how {
                Cut::Both => "both ways",
                Cut::ToServer => "to the server",
                Cut::ToClient => "to the client",
            };
            *world.cuts.lock().unwrap().entry(name).or_default() += 1;
            // Half-open: one direction goes silent and the other one lives, as behind some broken routers.
            match how {
                Cut::Both => return,
                Cut::ToServer => drop(stop_up),
                Cut::ToClient => drop(stop_down),
            }
            std::future::pending::<()>().await;
        });
        Self { base, task }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Ends a direction with the line.
struct Stop<'a>(&'a JoinHandle<()>);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Passes bytes on until it is stopped; then it holds both connections and passes nothing on.
async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, stopped: oneshot::Receiver<()>) {
    let passing = async {
        let mut bytes = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            if to.write_all(&bytes[..count]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = passing => return,
        _ = stopped => {}
    }
    std::future::pending::<()>().await;
}
