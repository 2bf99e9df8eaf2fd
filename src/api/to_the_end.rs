//! A handler is dropped with its connection, also between a commit and what follows from it. What writes must not be.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Work that goes on by itself when whoever waited for it is gone.
pub struct ToTheEnd<F: Future + 'static>(Option<Pin<Box<F>>>);

impl<F: Future + 'static> ToTheEnd<F> {
    /// This work.
    pub fn new(work: F) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<F: Future + 'static> Future for ToTheEnd<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Some(work) = self.0.as_mut() else { return Poll::Pending };
        let done = ready!(work.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(done)
    }
}

impl<F: Future + 'static> Drop for ToTheEnd<F> {
    fn drop(&mut self) {
        if let Some(rest) = self.0.take() {
            actix_web::rt::spawn(async move { drop(rest.await) });
        }
    }
}
