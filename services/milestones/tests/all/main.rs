//! Milestones by example and by property: a journal in, notices out.

#[path = "../../../domain/tests/rules/random.rs"]
#[allow(dead_code)]
mod random;
#[path = "../../../domain/tests/rules/story.rs"]
#[allow(dead_code)]
mod story;
#[path = "../../../domain/tests/rules/world.rs"]
#[allow(dead_code)]
mod world;

mod bad_rules;
mod by_hand;
mod pen;
mod properties;
