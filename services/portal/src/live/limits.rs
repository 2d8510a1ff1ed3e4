//! How many may watch, and how much is rendered for them.

/// How many may watch how much. What is beyond is refused with 503, or 429 where it is the
/// address's own doing, and told when to come again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Most topics at once.
    pub topics_max: usize,
    /// Most clients at once.
    pub clients_max: usize,
    /// Most clients of one address: an office shares one. This machine's own has no such limit,
    /// nor the next.
    pub clients_per_address: usize,
    /// Most topics that clients of one address were the first to watch.
    pub topics_per_address: usize,
    /// Most topics that are rendered at once. Pages and API do not wait for these: they have
    /// places of their own.
    pub renderers: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Limits {
            topics_max: 2_000,
            clients_max: 5_000,
            clients_per_address: 128,
            topics_per_address: 64,
            // The other half answers those who ask.
            renderers: (processors / 2).clamp(1, 4),
        }
    }
}
