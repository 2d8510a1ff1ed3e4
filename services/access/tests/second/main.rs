//! Second factors, in a folder as it is on a disk.

mod codes;
mod enrol;
mod world;
