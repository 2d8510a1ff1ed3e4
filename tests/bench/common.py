"""What the peers share: the shape of the facts, the three sums, timing and peak memory."""

import csv
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "proto/gazetteer/units.csv"

# The main breakdown of each type.
BREAKDOWN = {
    "household.registered": "standing",
    "household.moved_in": "standing",
    "household.classified": "to",
    "house.started": "fund",
    "house.completed": "fund",
    "loan.disbursed": "class",
    "support.delivered": "kind",
    "activity.held": "kind",
    "funds.allocated": "project",
    "funds.disbursed": "project",
}


def units():
    """(commune, its district or itself, its province) of all generations."""
    with open(UNITS, encoding="utf-8", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}
    for key, row in rows.items():
        if not row["parent"]:
            continue
        chain = [key]
        while rows[chain[-1]]["parent"]:
            chain.append(rows[chain[-1]]["parent"])
        level = {rows[one]["level"]: one for one in chain}
        yield key, level.get("commune"), level.get("district"), level.get("province")


class Watch:
    """From now to `stop`: wall and processor time, and this process's peak memory."""

    def __init__(self):
        self.start = time.time()

    def stop(self):
        own = resource.getrusage(resource.RUSAGE_SELF)
        self.wall = time.time() - self.start
        self.cpu = own.ru_utime + own.ru_stime
        self.memory_mb = own.ru_maxrss / 1024

    def report(self, peer, facts, note):
        """One line: facts a second and peak memory."""
        print(f"{peer} facts={facts} wall={self.wall:.2f}s "
              f"facts_per_s={facts / self.wall:,.0f} cpu={self.cpu:.2f}s "
              f"peak_memory={self.memory_mb:,.0f}MB {note}", flush=True)


def checksums(con, cells, distinct, stock):
    """Sums over the three results, by which peers can be compared."""
    def one(sql):
        return tuple(map(int, con.execute(sql).fetchone()))

    return (f"cells={one(f'select count(*), sum(n), sum(s) from {cells}')} "
            f"distinct={one(f'select count(*), sum(n) from {distinct}')} "
            f"stock={one(f'select count(*), sum(n * n) from {stock}')}")


def usage(text):
    print(text, file=sys.stderr)
    sys.exit(2)
