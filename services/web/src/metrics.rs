//! Counts and durations of requests, as Prometheus reads them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the histogram of durations, in seconds.
const BOUNDS: [(&str, f64); 11] = [
    ("0.001", 0.001),
    ("0.0025", 0.0025),
    ("0.005", 0.005),
    ("0.01", 0.01),
    ("0.025", 0.025),
    ("0.05", 0.05),
    ("0.1", 0.1),
    ("0.25", 0.25),
    ("1", 1.0),
    ("5", 5.0),
    ("30", 30.0),
];

/// What was counted. Routes are patterns (`/u/{key}`), so their number is bounded.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<String, Route>>);

#[derive(Debug, Default)]
struct Route {
    /// By method and status.
    answers: BTreeMap<(&'static str, u16), u64>,
    /// One more than the bounds: what took longer than all.
    buckets: [u64; BOUNDS.len() + 1],
    seconds: f64,
}

impl Metrics {
    pub(crate) fn count(&self, route: &str, method: &str, status: u16, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.iter().position(|(_, bound)| seconds <= *bound);
        let mut routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::default());
        }
        let Some(counted) = routes.get_mut(route) else { return };
        *counted.answers.entry((known(method), status)).or_default() += 1;
        counted.buckets[bucket.unwrap_or(BOUNDS.len())] += 1;
        counted.seconds += seconds;
    }

    /// The exposition format of Prometheus, version 0.0.4.
    pub(crate) fn write(&self, out: &mut String) {
        let routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let total = "tonghop_http_requests_total";
        head(out, total, "counter", "Requests answered, by route, method and status.");
        for (route, counted) in &*routes {
            let route = escaped(route);
            for ((method, status), times) in &counted.answers {
                line(
                    out,
                    format_args!(
                        "{total}{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}} {times}"
                    ),
                );
            }
        }
        let name = "tonghop_http_request_duration_seconds";
        head(out, name, "histogram", "Time from a request's head to its answer's, by route.");
        for (route, counted) in &*routes {
            let route = escaped(route);
            let mut sum = 0;
            for ((bound, _), times) in BOUNDS.iter().zip(counted.buckets) {
                sum += times;
                let labels = format_args!("route=\"{route}\",le=\"{bound}\"");
                line(out, format_args!("{name}_bucket{{{labels}}} {sum}"));
            }
            sum += counted.buckets[BOUNDS.len()];
            let seconds = counted.seconds;
            line(out, format_args!("{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {sum}"));
            line(out, format_args!("{name}_sum{{route=\"{route}\"}} {seconds}"));
            line(out, format_args!("{name}_count{{route=\"{route}\"}} {sum}"));
        }
    }
}

/// The head of a metric.
pub(crate) fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let help = help.replace('\\', "\\\\").replace('\n', "\\n");
    line(out, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

/// A line of its own.
pub(crate) fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("a string takes everything");
}

/// The value of a label.
pub(crate) fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A method can be any word; only ours are labels.
fn known(method: &str) -> &'static str {
    const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    METHODS.into_iter().find(|one| *one == method).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_written_as_prometheus_reads_it() {
        let metrics = Metrics::default();
        metrics.count("/u/{key}", "GET", 200, Duration::from_millis(2));
        metrics.count("/u/{key}", "GET", 200, Duration::from_secs(60));
        metrics.count("/u/{key}", "BREW", 405, Duration::from_millis(30));
        metrics.count("/\"\\\n", "GET", 404, Duration::ZERO);
        let mut text = String::new();
        metrics.write(&mut text);
        for expected in [
            "# TYPE tonghop_http_requests_total counter",
            "tonghop_http_requests_total{route=\"/u/{key}\",method=\"GET\",status=\"200\"} 2",
            "tonghop_http_requests_total{route=\"/u/{key}\",method=\"other\",status=\"405\"} 1",
            "tonghop_http_requests_total{route=\"/\\\"\\\\\\n\",method=\"GET\",status=\"404\"} 1",
            "tonghop_http_request_duration_seconds_bucket{route=\"/u/{key}\",le=\"0.001\"} 0",
            "tonghop_http_request_duration_seconds_bucket{route=\"/u/{key}\",le=\"0.0025\"} 1",
            "tonghop_http_request_duration_seconds_bucket{route=\"/u/{key}\",le=\"30\"} 2",
            "tonghop_http_request_duration_seconds_bucket{route=\"/u/{key}\",le=\"+Inf\"} 3",
            "tonghop_http_request_duration_seconds_count{route=\"/u/{key}\"} 3",
        ] {
            assert!(text.lines().any(|line| line == expected), "{expected}\nin\n{text}");
        }
    }
}
