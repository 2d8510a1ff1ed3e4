//! Runs the stages of the service together and stops them one after the other, in the order in which
//! facts flow: a stage is asked to stop when the one before it has ended.
//!
//! ```text
//! stop ─► serving ─► writing ─► projecting ─► announcing ─► sending
//!         beside them, until the last has ended: what only watches
//! ```

use std::future::Future;
use std::mem;
use std::pin::Pin;

use anyhow::{Context, Result};
use futures::future::{select_all, try_join_all};
use tokio::sync::oneshot;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Resolves when a stage is to stop.
pub(super) type Stop<'a> = Boxed<'a, ()>;

/// The stages so far. Nothing runs before [`Supervisor::run`].
pub(super) struct Supervisor<'a> {
    /// Stops the next stage that is added.
    stop: Stop<'a>,
    stages: Vec<Boxed<'a, Result<()>>>,
    beside: Vec<Boxed<'a, Result<()>>>,
}

impl<'a> Supervisor<'a> {
    /// The first stage is asked to stop by `stop`.
    pub(super) fn new(stop: impl Future<Output = ()> + Send + 'a) -> Supervisor<'a> {
        Supervisor { stop: Box::pin(stop), stages: Vec::new(), beside: Vec::new() }
    }

    /// Adds a stage. It is asked to stop when the one before it has ended, and ends by itself soon
    /// after; where it fails, or ends unasked with an error, all end.
    pub(super) fn stage<F>(mut self, name: &'static str, run: impl FnOnce(Stop<'a>) -> F) -> Self
    where
        F: Future<Output = Result<()>> + Send + 'a,
    {
        let (ended, before) = oneshot::channel::<()>();
        // It is also over where nobody is left who could say so.
        let next: Stop<'a> = Box::pin(async { drop(before.await) });
        let work = run(mem::replace(&mut self.stop, next));
        self.stages.push(Box::pin(async move {
            work.await.with_context(|| format!("{name} failed"))?;
            tracing::debug!(stage = name, "ended");
            drop(ended);
            Ok(())
        }));
        self
    }

    /// Adds what runs beside the stages and is dropped with the last of them. Where it ends, all end.
    pub(super) fn beside(mut self, work: impl Future<Output = Result<()>> + Send + 'a) -> Self {
        self.beside.push(Box::pin(work));
        self
    }

    /// Runs everything until the last stage has ended.
    ///
    /// # Errors
    /// That of whatever fails first.
    pub(super) async fn run(mut self) -> Result<()> {
        self.beside.push(Box::pin(std::future::pending()));
        tokio::select! {
            stages = try_join_all(self.stages) => stages.map(drop),
            (first, _, _) = select_all(self.beside) => first,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use anyhow::bail;

    use super::*;

    /// Tells when it was asked to stop.
    async fn told(
        log: &Mutex<Vec<&'static str>>,
        name: &'static str,
        stop: Stop<'_>,
    ) -> Result<()> {
        stop.await;
        log.lock().unwrap().push(name);
        Ok(())
    }

    #[tokio::test]
    async fn stages_stop_in_the_order_in_which_facts_flow() {
        let log = Mutex::default();
        let (stop, stopped) = oneshot::channel::<()>();
        let supervisor = Supervisor::new(async { drop(stopped.await) })
            .stage("serving", |stop| told(&log, "serving", stop))
            .stage("writing", |stop| told(&log, "writing", stop))
            .stage("projecting", |stop| told(&log, "projecting", stop));
        drop(stop);
        supervisor.run().await.unwrap();
        assert_eq!(*log.lock().unwrap(), ["serving", "writing", "projecting"]);
    }

    #[tokio::test]
    async fn a_stage_that_fails_ends_all_and_is_named() {
        let log = Mutex::default();
        let failed = Supervisor::new(std::future::pending())
            .stage("serving", |stop| told(&log, "serving", stop))
            .stage("writing", |_| async { bail!("the disk is gone") })
            .run()
            .await
            .unwrap_err();
        assert_eq!(format!("{failed:#}"), "writing failed: the disk is gone");
        assert!(log.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_runs_beside_ends_with_the_stages_and_ends_them_where_it_fails() {
        let log = Mutex::default();
        let stages = |stop: Boxed<'static, ()>| {
            Supervisor::new(stop).stage("serving", |stop| told(&log, "serving", stop))
        };
        let endless = stages(Box::pin(async {})).beside(std::future::pending());
        endless.run().await.unwrap();
        let failing = stages(Box::pin(std::future::pending())).beside(async { bail!("no socket") });
        assert_eq!(failing.run().await.unwrap_err().to_string(), "no socket");
    }
}
