#!/usr/bin/env bash
# Our side and the peers over the same simulated facts: run.sh [FACTS]. Prints one line each.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
facts=${1:-2000000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --release --quiet --manifest-path "$root/Cargo.toml" -p tonghop -p projector --examples --bins
tonghop=$root/target/release/tonghop
[ -n "${CARGO_TARGET_DIR:-}" ] && tonghop=$CARGO_TARGET_DIR/release/tonghop
examples=$(dirname "$tonghop")/examples
make -s -C "$root" tools
python=$root/.tools/venv/bin/python

timed() { /usr/bin/env bash -c 'TIMEFORMAT="%R s wall, %U s user"; time "$@"' -- "$@"; }
"$tonghop" simulate --facts "$facts" --seed 1 --out "$work/facts.ndjson"
echo "import into a directory:"
timed "$tonghop" import "$work/facts.ndjson" --journal "dir:$work/data/journal"
for round in 1 2 3; do
    echo "batch evaluation from the directory, round $round:"
    timed "$tonghop" rebuild --data "$work/none" --journal "dir:$work/data/journal"
    "$python" "$here/duckdb_batch.py" "$work/facts.ndjson" 2
done
echo "incremental, through sled, from the first fact to the last commit:"
echo '{"format":"tonghop data","version":1}' >"$work/data/tonghop.json"
timed "$tonghop" digest --data "$work/data"
echo "100 communes x 20 indicators:"
"$examples/ask" "$work/data"
if eval "$("$here/setup.sh" start)"; then
    "$python" -m pip install --quiet --requirement "$here/requirements.txt"
    "$python" "$here/postgres_incr.py" "$work/facts.ndjson" 200000
    "$here/setup.sh" stop
fi
