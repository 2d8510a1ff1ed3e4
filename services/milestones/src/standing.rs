//! What is reached now, and how often it has been: a reading of the notices so far.

use hashbrown::HashMap;

use crate::notice::{Act, Instance, Notice};

/// Every milestone that was ever reached.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standings {
    ever: HashMap<Instance, Standing>,
}

#[derive(Clone, Copy, Debug)]
struct Standing {
    revision: u32,
    reached: bool,
}

impl Standings {
    /// Takes in what was told before, in its order.
    pub(crate) fn recall(&mut self, notice: &Notice) {
        let reached = notice.act == Act::Reached;
        self.ever.insert(notice.instance, Standing { revision: notice.revision, reached });
    }

    pub(crate) fn is_reached(&self, instance: Instance) -> bool {
        self.ever.get(&instance).is_some_and(|standing| standing.reached)
    }

    /// Enters where a figure is now; what there is to tell, if that is new.
    pub(crate) fn turn(&mut self, instance: Instance, holds: bool) -> Option<(Act, u32)> {
        match (self.ever.get_mut(&instance), holds) {
            (None, true) => {
                self.ever.insert(instance, Standing { revision: 1, reached: true });
                Some((Act::Reached, 1))
            }
            (Some(standing), true) if !standing.reached => {
                *standing = Standing { revision: standing.revision + 1, reached: true };
                Some((Act::Reached, standing.revision))
            }
            (Some(standing), false) if standing.reached => {
                standing.reached = false;
                Some((Act::Withdrawn, standing.revision))
            }
            (Some(_), true | false) | (None, false) => None,
        }
    }
}
