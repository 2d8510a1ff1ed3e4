#!/usr/bin/env python3
"""PostgreSQL, as facts come: postgres_incr.py FILE N

Batches of 5,000 lines, each one transaction: facts, cells, borrowers, stock, checkpoint. Then 200
transactions of one fact. The server of setup.sh must run; its port is in $PGPORT.
"""

import glob
import itertools
import os
import sys
import threading
import time
from pathlib import Path

import psycopg

import common

BATCH = 5_000


class Memory(threading.Thread):
    """The peak of the server's memory, shared pages counted once, taken twice a second."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.parent = int((Path(folder) / "postmaster.pid").read_text().split()[0])
        self.peak_mb, self.running = 0.0, True

    def run(self):
        while self.running:
            total = 0
            for stat in glob.glob("/proc/[0-9]*/stat"):
                try:
                    text = Path(stat).read_text()
                    pid, parent = int(stat.split("/")[2]), int(text.rsplit(")", 1)[1].split()[1])
                    if self.parent in (pid, parent):
                        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
                        total += sum(int(line.split()[1]) for line in rollup.splitlines()
                                     if line.startswith("Pss:"))
                except (OSError, ValueError):
                    pass  # the process ended
            self.peak_mb = max(self.peak_mb, total / 1024)
            time.sleep(0.5)


def take(con, lines):
    """One batch, one transaction; the number of lines in it."""
    lines = list(lines)
    if lines:
        with con.transaction(), con.cursor() as cur:
            cur.execute("truncate raw")
            with cur.copy("copy raw(line) from stdin with "
                          "(format csv, quote e'\\x01', delimiter e'\\x02')") as copy:
                copy.write(b"".join(lines))
            cur.execute("call step()")
    return len(lines)


def main():
    if len(sys.argv) != 3:
        common.usage(__doc__)
    path, wanted = sys.argv[1], int(sys.argv[2])
    con = psycopg.connect(f"host=127.0.0.1 port={os.environ['PGPORT']} user=postgres "
                          "dbname=postgres", autocommit=True)
    con.execute((Path(__file__).parent / "postgres.sql").read_text(encoding="utf-8"))
    con.execute("set search_path = bench")
    with con.cursor() as cur, cur.copy("copy unit from stdin") as copy:
        for row in common.units():
            copy.write_row(row)
    memory = Memory(con.execute("show data_directory").fetchone()[0])
    memory.start()
    watch, facts, batches = common.Watch(), 0, []
    with open(path, "rb") as file:
        while facts < wanted:
            start = time.time()
            done = take(con, itertools.islice(file, min(BATCH, wanted - facts)))
            batches.append(time.time() - start)
            facts += done
            if done == 0:
                break
        watch.stop()
        counted = "(select count(*) as n from borrowers group by l, u, y, c) q"
        note = common.checksums(con, "cells", counted, "stock")
        singles = []
        for _ in range(200):
            start = time.time()
            take(con, itertools.islice(file, 1))
            singles.append(time.time() - start)
    memory.running = False
    batches.sort()
    singles.sort()
    watch.memory_mb = memory.peak_mb
    version = con.execute("show server_version").fetchone()[0].split()[0]
    watch.report(f"postgres-{version} incremental", facts,
                 "(memory: the server's; cpu: the client's) "
                 f"batch_p50={batches[len(batches) // 2] * 1e3:.0f}ms "
                 f"one_p50={singles[100] * 1e3:.1f}ms one_p99={singles[198] * 1e3:.1f}ms {note}")


if __name__ == "__main__":
    main()
