#!/usr/bin/env python3
"""The figures again, by other means: DuckDB and a pass in Python over the same NDJSON.

    oracle.py FACTS.ndjson --units units.csv --successions successions.csv --out figures.csv
        [--periods 2021,2022,2023,2021-H1@administrative]

Writes `unit,column,period,value`, without zeros, in order.
"""

import argparse
import csv
import itertools
import os
import tempfile
from collections import namedtuple
from pathlib import Path

import duckdb

import periods
from households import ORDER, Record
from places import Places

HERE = Path(__file__).parent
ROWS = 20_000
Fact = namedtuple("Fact", "subject type day place data")

TABLES = {
    "state": "household varchar, place varchar, standing varchar, persons bigint, left_day date, "
             "escaped_until date, since date, until date",
    "movement": "place varchar, class varchar, step varchar, households bigint, persons bigint, "
                "day date",
    "move": "old_place varchar, new_place varchar, class varchar, households bigint, "
            "persons bigint, day date",
    "event": "household varchar, place varchar, type varchar, kind varchar, class varchar, "
             "amount bigint, day date",
    "closure": "place varchar, unit varchar",
}


def household_facts(con):
    """The facts of households that these figures need, each household's together, in order."""
    con.execute("create table precedence(type varchar, rank int)")
    con.executemany("insert into precedence values (?, ?)",
                    [[kind, rank] for rank, kind in enumerate(ORDER)])
    rows = con.execute("""
        select subject, type, day, place, data from fact join precedence using (type)
        where subject is not null and type <> 'household.registered_to_exit'
            and (type <> 'support.delivered' or data.kind = 'electricity')
        order by subject, day, rank, sequence, name, content""")
    while batch := rows.fetchmany(ROWS):
        yield from map(Fact._make, batch)


def load(con, table, rows):
    """Brings rows into a table through a file: much faster than inserting them."""
    con.execute(f"create or replace table {table} ({TABLES[table]})")
    with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False, newline="",
                                     encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    # Nothing is detected: the file may be empty.
    how = "format csv, header false, auto_detect false, delim ',', quote '\"', escape '\"'"
    con.execute(f"copy {table} from '{file.name}' ({how})")
    os.unlink(file.name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("facts")
    parser.add_argument("--units", required=True)
    parser.add_argument("--successions", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--periods", default="2021,2022,2023,2024,2025,2021-H1@administrative")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()

    con = duckdb.connect(config={"threads": args.threads})
    con.execute("set variable file = ?", [args.facts])
    con.execute((HERE / "facts.sql").read_text(encoding="utf-8"))

    places = Places(args.units, args.successions)
    record = Record(places)
    # A cursor of its own: the rows are still being read while others are made.
    facts = household_facts(con.cursor())
    for name, of_one in itertools.groupby(facts, key=lambda fact: fact.subject):
        record.household(name, of_one)
    for place, kind, data, day in con.execute("""
            select place, type, data, day from fact
            where subject is null and type = 'support.delivered' and data.kind = 'electricity'
            """).fetchall():
        record.events.append((None, place, kind, data["kind"], None, data["amount"], day))

    load(con, "state", record.states)
    load(con, "movement", record.movements)
    load(con, "move", record.moves)
    load(con, "event", record.events)
    seen = {row[1] for row in record.states} | {row[0] for row in record.movements}
    seen |= {row[1] for row in record.events} | {p for row in record.moves for p in row[:2]}
    load(con, "closure", ((p, unit) for p in sorted(seen) for unit in sorted(places.closure(p))))

    con.execute("""create table figure
        (unit varchar, "column" varchar, period varchar, value hugeint)""")
    figures = (HERE / "figures.sql").read_text(encoding="utf-8")
    for name in args.periods.split(","):
        first, last = periods.days(name)
        con.execute("set variable period = ?", [name])
        con.execute("set variable first_day = ?", [first])
        con.execute("set variable last_day = ?", [last])
        con.execute(figures)
    rows = con.execute("""
        select unit, "column", period, sum(value)::hugeint as total from figure
        group by all having total <> 0 order by unit, "column", period""")
    with open(args.out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["unit", "column", "period", "value"])
        while batch := rows.fetchmany(ROWS):
            writer.writerows(batch)


if __name__ == "__main__":
    main()
