//! The rules by example and by property: facts in, figures out, worked out by hand.

mod alone;
mod boundaries;
mod closings;
mod disclosure;
mod distinct;
mod findings;
mod homes;
mod hostile;
mod lists;
mod long;
mod money;
mod movements;
mod moves;
mod oracle;
mod properties;
mod random;
mod statements;
mod story;
mod ties;
mod voids;
mod windows;
mod world;
