"""Units, places and which units hold a place, from units.csv and successions.csv.

A place is a unit, or a part of a divided commune: `L-00553/N-00562`. It belongs to its unit and
those above it, and, once a newer generation took it in, to those units too. Where a commune was
divided and the part is not known, the default successor has it. An abolished unit without a
successor of its own follows the unit above it.
"""

import csv


class Places:
    def __init__(self, units_csv, successions_csv):
        with open(units_csv, encoding="utf-8", newline="") as file:
            self.units = {row["key"]: row for row in csv.DictReader(file)}
        self.heirs = {}
        with open(successions_csv, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self.heirs.setdefault(row["old_key"], []).append(row)
        self.closures = {}

    def above(self, unit):
        """The unit and those above it."""
        while unit:
            yield unit
            unit = self.units[unit]["parent"]

    def closure(self, place):
        """The units that hold a place."""
        found = self.closures.get(place)
        if found is None:
            unit, _, part = place.partition("/")
            own = set(self.above(unit))
            found = own | self.lineage(part) if part else self.lineage(unit)
            found = self.closures[place] = frozenset(found)
        return found

    def lineage(self, unit):
        units = list(self.above(unit))
        for one in units:
            heirs = self.heirs.get(one)
            if heirs:
                default = next((h for h in heirs if h["is_default"] == "1"), heirs[0])
                return set(units) | self.lineage(default["new_key"])
        return set(units)

    def parts(self, place):
        """The units that a place may lie in: the successors of a divided commune, when the part
        is not known."""
        heirs = self.heirs.get(place, [])
        if len(heirs) > 1 and self.units[place]["level"] == "commune":
            return {heir["new_key"] for heir in heirs}
        return set()

    def together(self, declared, home):
        """The finest place that a declared place and a home tell together; none when they
        contradict each other. What is unknown contradicts nothing."""
        unit, _, part = declared.partition("/")
        own, _, own_part = home.partition("/")
        if declared == home:
            return home
        if unit in self.parts(home):
            return f"{own}/{unit}"
        if own in self.parts(declared):
            return f"{unit}/{own}"
        if not own_part and own in self.closure(declared):
            return declared
        if not part and unit in self.closure(home):
            return home
        # No source tells which commune took an abolished one in: the unit above must do.
        record = self.units[unit]
        told = any(
            self.units[one]["level"] == "commune" and self.units[one]["gen"] == record["gen"]
            for one in self.closure(home)
        )
        return home if not told and record["parent"] in self.closure(home) else None
