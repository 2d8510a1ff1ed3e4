"""Tile maps: one equal square per unit, placed from its centroid. Deterministic, no dependency.

    python3 place_tiles.py ../../../proto/gazetteer/units.csv > tiles.csv

Done once for an edition of the gazetteer, because it takes minutes. For every unit with children:
grids of about the true aspect are tried; on each, the Hungarian method finds the least squared
displacement, and a local search then moves and swaps tiles so that neighbours keep their bearings
and no hole stays inside. The grid with the lowest mean cost wins. Units without a sure point get
no tile: the page lists them beside the map.
"""
import csv
import math
import sys

# Large maps try fewer grids and look at fewer neighbours: the time grows with the cube of the units.
LARGE = 40
NEIGHBOURS_MAX = 12
GRIDS_MAX = 5


def editions(rows):
    """(parent, edition, [(key, lon, lat)]): the units in force together below a parent.

    Edition E is the end of 2024, L the 30th of June 2025, N today.
    """
    days = {"E": "2024-12-31", "L": "2025-06-30", "N": "2025-07-01"}
    below = {}
    for row in rows:
        below.setdefault(row["parent"], []).append(row)
    for parent in sorted(key for key in below if key):
        seen = []
        for edition, day in days.items():
            live = [r for r in below[parent] if r["valid_from"] <= day and (not r["valid_to"] or day <= r["valid_to"])]
            keys = [r["key"] for r in live]
            if not keys or keys in seen:
                continue
            seen.append(keys)
            sure = [(r["key"], float(r["lon"]), float(r["lat"])) for r in live if r["lat"] and r["geo"] != "suspect"]
            if sure:
                yield parent, edition, sorted(sure)


def hungarian(cost):
    """The cheapest assignment of rows to columns, as the column of each row."""
    n, m = len(cost), len(cost[0])
    u, v, p, way = [0] * (n + 1), [0] * (m + 1), [0] * (m + 1), [0] * (m + 1)
    for i in range(1, n + 1):
        p[0] = i
        j0, least, free = 0, [math.inf] * (m + 1), list(range(1, m + 1))
        used = [0]
        while True:
            i0, d, j1 = p[j0], math.inf, 0
            row, ui = cost[i0 - 1], u[i0]
            for j in free:
                c = row[j - 1] - ui - v[j]
                if c < least[j]:
                    least[j], way[j] = c, j0
                if least[j] < d:
                    d, j1 = least[j], j
            for j in used:
                u[p[j]] += d
                v[j] -= d
            for j in free:
                least[j] -= d
            j0 = j1
            if p[j0] == 0:
                break
            free.remove(j0)
            used.append(j0)
        while j0:
            j1 = way[j0]
            p[j0] = p[j1]
            j0 = j1
    out = [0] * n
    for j in range(1, m + 1):
        if p[j]:
            out[p[j] - 1] = j - 1
    return out


def arrange(q, cols, rows):
    """(mean cost, cells) for points scaled to a grid."""
    n = len(q)
    cells = [(c, r) for r in range(rows) for c in range(cols)]
    at = [cells[j] for j in hungarian([[(x - c) ** 2 + (y - r) ** 2 for c, r in cells] for x, y in q])]
    near = []
    for i, (x, y) in enumerate(q):
        found = [(1 / (0.4 + (x - a) ** 2 + (y - b) ** 2), j, x - a, y - b) for j, (a, b) in enumerate(q) if j != i]
        found = sorted((one for one in found if one[0] > 0.02), key=lambda one: (-one[0], one[1]))
        if n > LARGE:
            found = found[:NEIGHBOURS_MAX]
        near.append([(j, w, dx, dy, math.hypot(dx, dy)) for w, j, dx, dy in found])
    taken = {cell: i for i, cell in enumerate(at)}

    def pain(i, cell, moved=None, to=None):
        """Displacement, turned bearings and stretched neighbours of one tile."""
        cx, cy = cell
        s = (q[i][0] - cx) ** 2 + (q[i][1] - cy) ** 2
        for j, w, dx, dy, d in near[i]:
            ox, oy = to if j == moved else at[j]
            ex, ey = cx - ox, cy - oy
            e = math.hypot(ex, ey)
            s += w * (0.8 * (1 - (dx * ex + dy * ey) / (d * e + 1e-9)) + 0.25 * max(0, e - d - 0.5))
        return s

    def hole(cell):
        c, r = cell
        return cell not in taken and sum((c + x, r + y) in taken for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))) >= 3

    def holes_near(cells):
        around = {(c + x, r + y) for c, r in cells for x, y in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))}
        return sum(hole(cell) for cell in around if 0 <= cell[0] < cols and 0 <= cell[1] < rows)

    for _ in range(12):
        better = False
        for i in range(n):
            for cell in cells:
                if cell == at[i] or abs(cell[0] - q[i][0]) > 3 or abs(cell[1] - q[i][1]) > 3:
                    continue
                old, j = at[i], taken.get(cell)
                if j is None:
                    gain = pain(i, old) - pain(i, cell)
                    if -1 < gain < 1.5:
                        before = holes_near((old, cell))
                        del taken[old]
                        taken[cell] = i
                        gain += 0.6 * (before - holes_near((old, cell)))
                        del taken[cell]
                        taken[old] = i
                else:
                    gain = pain(i, old) + pain(j, cell) - pain(i, cell, j, old) - pain(j, old, i, cell)
                if gain > 1e-9:
                    del taken[old]
                    at[i] = taken_cell = cell
                    taken[taken_cell] = i
                    if j is not None:
                        at[j] = old
                        taken[old] = j
                    better = True
        if not better:
            break
    return (sum(pain(i, at[i]) for i in range(n)) + 0.6 * sum(hole(cell) for cell in cells)) / n, at


def grids(n, aspect):
    """Grids with room enough, neither too empty nor too stretched; the likeliest first."""
    found = []
    for cols in range(2, n + 1):
        for rows in range(2, n + 1):
            skew = (cols - 1) / (rows - 1) / aspect
            if n <= cols * rows <= 2.3 * n and 0.62 < skew < 1.6:
                spare = cols * rows / n
                found.append((abs(math.log(skew)) + abs(spare - 1.45), cols, rows, skew))
    found.sort()
    return found[:GRIDS_MAX] if n > LARGE else found[:24]


def place(units):
    """The cell (column, row) of each unit."""
    n = len(units)
    if n == 1:
        return [(0, 0)]
    k = math.cos(math.radians(sum(lat for _, _, lat in units) / n))
    points = [(lon * k, -lat) for _, lon, lat in units]
    x0, x1 = min(x for x, _ in points), max(x for x, _ in points)
    y0, y1 = min(y for _, y in points), max(y for _, y in points)
    wide, high = max(x1 - x0, 1e-6), max(y1 - y0, 1e-6)
    aspect = min(max(wide / high, 0.2), 5)
    best = None
    for _, cols, rows, skew in grids(n, aspect) or [(0, math.ceil(math.sqrt(n)), math.ceil(math.sqrt(n)), 1)]:
        scaled = [((x - x0) / wide * (cols - 1), (y - y0) / high * (rows - 1)) for x, y in points]
        cost, cells = arrange(scaled, cols, rows)
        fit = cost + 0.3 * abs(math.log(skew)) + 0.02 * (cols * rows - n) / n
        if best is None or fit < best[0]:
            best = (fit, cells)
    cells = best[1]
    left, top = min(c for c, _ in cells), min(r for _, r in cells)
    return [(c - left, r - top) for c, r in cells]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    only = sys.argv[2:]
    print("parent,edition,unit,column,row")
    for parent, edition, units in editions(rows):
        if only and parent not in only:
            continue
        for (key, _, _), (column, row) in zip(units, place(units)):
            print(f"{parent},{edition},{key},{column},{row}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
