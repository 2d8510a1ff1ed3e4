#!/usr/bin/env python3
"""DuckDB, all at once: duckdb_batch.py FILE THREADS"""

import sys

import duckdb

import common

FACT = """
create table fact as
with line as (
    select replace(replace("type", 'vn.tonghop.', ''), '.v1', '') as t, "time"[1:7] as m,
        "time"[1:4] as y, subject as hh, data.class as c, data.standing as standing,
        data."from" as was, data."to" as now, data.unit as unit,
        coalesce(data.amount, data.quantity, data."count", 0) as a, data as d
    from read_json(?, format = 'newline_delimited', columns = {
        'type': 'VARCHAR', 'time': 'VARCHAR', 'subject': 'VARCHAR',
        'data': 'STRUCT(unit VARCHAR, standing VARCHAR, "from" VARCHAR, "to" VARCHAR,
            class VARCHAR, kind VARCHAR, fund VARCHAR, project VARCHAR, amount BIGINT,
            quantity BIGINT, "count" BIGINT)'})
)
select m, y, t, %s as b, a, hh, c, commune as x, district as d, province as p,
    case when t = 'household.registered' and standing = 'poor' then 1
        when t = 'household.classified' and now = 'poor' and was <> 'poor' then 1
        when t = 'household.classified' and was = 'poor' and now <> 'poor' then -1
        else 0 end as dl
from line join unit using (unit)
""" % ("case t " + " ".join(f"when '{t}' then line.d.\"{b}\"" for t, b in common.BREAKDOWN.items())
       + " else '' end")

LEVELS = ("x, d, p, ", "d, p, ", "p, ", "")
CELLS = ", ".join(f"({unit}{when}, t, b)" for unit in LEVELS for when in ("m, y", "y"))
DISTINCT = ", ".join(f"({unit}y, c), ({unit}y)" for unit in LEVELS)
# Facts of a unit above have no commune, and those since July 2025 no district.
KNOWN = ("having not (grouping(x) = 0 and x is null) "
         "and not (grouping(x) = 1 and grouping(d) = 0 and d is null)")
STOCK = ", ".join(f"({unit}m)" for unit in LEVELS)


def main():
    if len(sys.argv) != 3:
        common.usage(__doc__)
    path, threads = sys.argv[1], int(sys.argv[2])
    con = duckdb.connect(config={"threads": threads})
    con.execute("create table unit as select unnest(?) as unit, unnest(?) as commune, "
                "unnest(?) as district, unnest(?) as province",
                [list(column) for column in zip(*common.units())])
    watch = common.Watch()
    con.execute(FACT, [path])
    con.execute("create table leaf as select x, d, p, m, y, t, b, count(*) as n, sum(a) as s "
                "from fact group by all")
    con.execute("create table cells as select x, d, p, m, y, t, b, sum(n) as n, sum(s) as s "
                f"from leaf group by grouping sets ({CELLS}) {KNOWN}")
    con.execute("create table borrowers as select x, d, p, y, c, count(distinct hh) as n "
                "from fact where t = 'loan.disbursed' "
                f"group by grouping sets ({DISTINCT}) {KNOWN}")
    con.execute("create table stock as select x, d, p, m, sum(sum(dl)) over "
                "(partition by grouping(x, d, p), x, d, p order by m) as n "
                f"from fact where dl <> 0 group by grouping sets ({STOCK}) {KNOWN}")
    watch.stop()
    facts = con.execute("select count(*) from fact").fetchone()[0]
    last = "(select arg_max(n, m) as n from stock group by x, d, p) q"
    watch.report(f"duckdb-{duckdb.__version__} batch threads={threads}", facts,
                 common.checksums(con, "cells", "borrowers", last))


if __name__ == "__main__":
    main()
