//! Blocking work from async code, so that a cancelled call loses nothing.

use tokio::task::JoinHandle;

/// A value that works on blocking threads, one piece of work at a time.
///
/// If [`Offload::run`] is dropped while it waits, the work goes on, and the next call waits for it
/// and returns its result instead of starting its own. So all work on one value must be alike.
#[derive(Debug)]
pub(crate) struct Offload<T, R> {
    idle: Option<T>,
    busy: Option<JoinHandle<(T, R)>>,
}

impl<T: Send + 'static, R: Send + 'static> Offload<T, R> {
    pub(crate) fn new(value: T) -> Self {
        Self { idle: Some(value), busy: None }
    }

    pub(crate) async fn run(&mut self, work: impl FnOnce(&mut T) -> R + Send + 'static) -> R {
        if let Some(mut value) = self.idle.take() {
            self.busy = Some(tokio::task::spawn_blocking(move || {
                let result = work(&mut value);
                (value, result)
            }));
        }
        let busy = self.busy.as_mut().expect("either idle or busy");
        let (value, result) = busy.await.expect("the work neither panics nor is aborted");
        self.busy = None;
        self.idle = Some(value);
        result
    }
}
