//! Roles, and what each may do: the only place where that is decided.

use domain::atlas::{Atlas, Place, Unit};
use domain::disclosure::{Disclosure, Sees};

use crate::Owner;

/// What somebody is here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Anybody: sees rollups, nothing of single households.
    Public,
    /// Writes facts of one unit and those below it, and sees their households.
    Officer {
        /// The unit; the nation for the central office.
        of: Unit,
    },
    /// Sees everything, writes nothing.
    Auditor,
    /// Runs the machine: sees operations and users, no households.
    Operator,
    /// Everything, to everybody: only a demonstration on this machine's own address.
    Open,
}

/// Who is asking.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Who {
    /// The user's name; `public` for nobody in particular.
    pub name: String,
    /// What they are.
    pub role: Role,
}

impl Who {
    /// Nobody in particular.
    pub fn public() -> Who {
        Who { name: "public".to_owned(), role: Role::Public }
    }

    /// Everybody, in a demonstration.
    pub fn open() -> Who {
        Who { name: "demo".to_owned(), role: Role::Open }
    }

    /// Whether they may write facts that happened in this unit.
    pub fn may_write(&self, atlas: &Atlas, unit: Unit) -> bool {
        self.may_write_at(atlas, unit.into())
    }

    /// Whether they may write facts that happened at this place: the part of a divided commune
    /// belongs to whoever took it in.
    pub fn may_write_at(&self, atlas: &Atlas, place: Place) -> bool {
        match self.role {
            Role::Officer { of } => atlas.holds(of, place),
            Role::Open => true,
            Role::Public | Role::Auditor | Role::Operator => false,
        }
    }

    /// Whether there is a unit for which they may write.
    pub fn may_write_something(&self) -> bool {
        match self.role {
            Role::Officer { .. } | Role::Open => true,
            Role::Public | Role::Auditor | Role::Operator => false,
        }
    }

    /// Whether they may write facts under a source of this owner: a user's own, or one of the very
    /// unit they are an officer of. Nobody writes under what is nobody's.
    pub fn may_write_under(&self, owner: Option<&Owner>) -> bool {
        match (self.role, owner) {
            (Role::Open, _) => true,
            (Role::Officer { .. }, Some(Owner::User(name))) => self.name == *name,
            (Role::Officer { of }, Some(Owner::Unit(unit))) => of == *unit,
            (Role::Officer { .. }, None) => false,
            (Role::Public | Role::Auditor | Role::Operator, _) => false,
        }
    }

    /// Whether they may see single households of this unit. Seeing them is to be recorded.
    pub fn may_see_households(&self, atlas: &Atlas, unit: Unit) -> bool {
        self.may_see_households_at(atlas, unit.into())
    }

    /// Whether they may see single households of this place. Seeing them is to be recorded.
    pub fn may_see_households_at(&self, atlas: &Atlas, place: Place) -> bool {
        match self.role {
            Role::Officer { of } => atlas.holds(of, place),
            Role::Auditor | Role::Open => true,
            Role::Public | Role::Operator => false,
        }
    }

    /// Which figures they may be told: whoever may see single households of a unit sees all of its
    /// figures, others none of fewer households than this.
    pub fn disclosure(&self, households_min: u32) -> Disclosure {
        let sees = match self.role {
            Role::Officer { of } => Sees::Below(of),
            Role::Auditor | Role::Open => Sees::Everything,
            Role::Public | Role::Operator => Sees::Nothing,
        };
        Disclosure { sees, households_min }
    }

    /// Whether they may see how the machine runs.
    pub fn may_see_operations(&self) -> bool {
        match self.role {
            Role::Operator | Role::Auditor | Role::Open => true,
            Role::Public | Role::Officer { .. } => false,
        }
    }

    /// Whether they may have milestones sent to an address of theirs.
    pub fn may_subscribe(&self) -> bool {
        match self.role {
            Role::Officer { .. } | Role::Operator | Role::Open => true,
            Role::Public | Role::Auditor => false,
        }
    }

    /// Whether they may see and change a webhook that this user made.
    pub fn may_keep_webhook_of(&self, owner: &str) -> bool {
        match self.role {
            Role::Operator | Role::Open => true,
            Role::Officer { .. } => self.name == owner,
            Role::Public | Role::Auditor => false,
        }
    }
}
