//! Questions that come over the data folder's socket, and what is told.

use serde::{Deserialize, Serialize};

use crate::{Attempt, Dead, Desk, Id, Outcome, Result, Status};

/// A question for whoever holds the deliveries of a folder.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "webhook", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// How all fare.
    List,
    /// Let messages go again.
    Enable {
        /// Which.
        id: Id,
    },
    /// Try the endpoint.
    Test {
        /// Which.
        id: Id,
    },
    /// The last attempts.
    Log {
        /// Which.
        id: Id,
        /// Most attempts that are told.
        limit: usize,
    },
    /// Dead letters.
    Dead {
        /// Which.
        id: Id,
        /// After this position.
        after: u64,
        /// Most dead letters that are told.
        limit: usize,
    },
    /// Try dead letters anew.
    Replay {
        /// Which.
        id: Id,
        /// Only the one at this position.
        position: Option<u64>,
    },
}

/// What is told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "told", content = "of", rename_all = "snake_case")]
pub enum Told {
    /// How all fare.
    List(Vec<Status>),
    /// How one fares now.
    Enabled(Box<Status>),
    /// What the endpoint answered.
    Tested(Outcome),
    /// The last attempts, the newest first.
    Log(Vec<Attempt>),
    /// Dead letters, the oldest first.
    Dead(Vec<Dead>),
    /// How many are tried anew.
    Replayed(usize),
}

impl Desk {
    /// Answers a question.
    ///
    /// # Errors
    /// `Unknown`, `File`, `Unreadable`; as [`crate::Queue::open`].
    pub async fn answer(&self, ask: Ask) -> Result<Told> {
        Ok(match ask {
            Ask::List => Told::List(self.list().await?),
            Ask::Enable { id } => {
                self.enable(id).await?;
                Told::Enabled(Box::new(self.status(id).await?))
            }
            Ask::Test { id } => Told::Tested(self.test(id).await?),
            Ask::Log { id, limit } => Told::Log(self.log(id, limit).await?),
            Ask::Dead { id, after, limit } => Told::Dead(self.dead(id, after, limit).await?),
            Ask::Replay { id, position } => Told::Replayed(self.replay(id, position).await?),
        })
    }
}
