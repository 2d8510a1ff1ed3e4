#!/usr/bin/env python3
"""Does what a bad day does to journals and stores, and prints what became of it as a table.

    faults.py [--cargo CARGO]

The tests do the damage; each prints a line `fault | what | how | expected | seen | count` when it
holds. A test that fails is a row that fails, and the exit code is 1. TONGHOP_FAULTS sets how many
cuts and flips each file of a store gets, and how often each program is killed: 24 and as many as
`make test` without it; 1000 in a nightly run.
"""

import argparse
import os
import subprocess
import sys

RUNS = [
    ("journal", "all", ["crash::", "kill::", "rot::"]),
    ("access", "rot", [""]),
    ("auditor", "vintage", ["rots"]),
    ("herald", "all", ["rot::"]),
    ("store", "damage", ["a_store_with", "a_commit_that"]),
    ("tonghop", "program", ["fire::", "known::", "full::", "rot::"]),
]
HEAD = ["fault", "how", "expected", "seen", "times"]


def run(cargo, package, test, names):
    command = [*cargo, "test", "--quiet", "--package", package, "--test", test, "--", "--nocapture",
               "--test-threads=1", *names]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace")
    # The harness may print its dots before a line of ours.
    lines = [line[line.index("fault | "):] for line in done.stdout.splitlines()
             if "fault | " in line]
    rows = [[cell.strip() for cell in line.split(" | ")][1:] for line in lines]
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
        rows.append([f"tests of {package}", " ".join(names), "all hold", "FAILED", ""])
    return rows, done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cargo", default=os.environ.get("CARGO", "cargo"))
    cargo = parser.parse_args().cargo.split()
    rows, holds = [], True
    for package, test, names in RUNS:
        more, good = run(cargo, package, test, names)
        rows += more
        holds &= good
    print("| " + " | ".join(HEAD) + " |")
    print("|" + "---|" * len(HEAD))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
