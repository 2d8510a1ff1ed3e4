#!/usr/bin/env python3
"""Facts that no importer would let through, for the oracle and the fold to agree on.

    fuzz.py SEED FACTS --units units.csv --successions successions.csv > facts.ndjson

Few households in few communes of all generations, on few days: entries, moves, reviews, loans and
houses in any order and place, departed households that go on, divided communes with and without
their parts, offsets that change the day, rivals, voids of anything, corrections of corrections.
Facts without a subject are never corrected here: see README.md, "What is left out".
"""

import argparse
import json
import random

from places import Places

KINDS = (
    ["household.registered"] * 2 + ["household.moved_in"] + ["household.classified"] * 4
    + ["household.size_changed"] + ["household.moved_within"] * 2
    + ["household.moved_out", "household.dissolved", "house.started", "house.completed"]
    + ["loan.disbursed"] * 3 + ["support.delivered", "collective", "fact.voided"]
)
STANDINGS = ["poor", "near_poor", "above"]
CLASSES = ["poor", "near_poor", "newly_escaped", "other"]


class Fuzz:
    def __init__(self, seed, places):
        self.random, self.places = random.Random(seed), places
        self.province = self.random.choice(["52", "01", "37", "46"])
        self.pool = self.units()
        self.names = []

    def units(self):
        """Some communes of one of today's provinces: plain, divided and abolished ones, what
        became of them, and two units above."""
        units, heirs = self.places.units, self.places.heirs
        family = [key for key, row in units.items() if row["level"] == "commune"
                  and f"N-{self.province}" in self.places.closure(key)]
        divided = [key for key in family if len(heirs.get(key, [])) > 1]
        earlier = [key for key in family if units[key]["gen"] == "E"]
        pool = [one for some, most in ((family, 6), (divided, 3), (earlier, 3))
                for one in self.random.sample(some, min(most, len(some)))]
        taken_in = [heir["new_key"] for key in pool for heir in heirs.get(key, [])]
        pool += [key for key in taken_in if units[key]["level"] == "commune"]
        return sorted(set(pool + [units[key]["parent"] for key in pool[:2]]))

    def day(self):
        year = self.random.choice([2018, 2021, 2021, 2022, 2024, 2025])
        month = self.random.choice([1, 3, 6, 7, 12])
        return f"{year}-{month:02}-{self.random.choice([1, 14, 15, 28, 30]):02}"

    def place(self):
        unit = self.random.choice(self.pool)
        heirs = self.places.heirs.get(unit, [])
        data = {"unit": unit}
        if len(heirs) > 1 and self.random.random() < 0.5:
            data["part"] = self.random.choice(heirs)["new_key"]
        return data

    def data(self, kind, day):
        pick, data = self.random.choice, self.place()
        persons = self.random.randint(1, 6)
        if kind in ("household.registered", "household.moved_in"):
            data |= {"standing": pick(STANDINGS), "persons": persons}
            if data["standing"] == "above" and self.random.random() < 0.7:
                data["left_poverty"] = pick(["2017-12-30", "2016-03-31", "2015-02-28"])
        elif kind == "household.classified":
            data |= {"from": pick(STANDINGS), "to": pick(STANDINGS), "persons": persons,
                     "cause": pick(["review", "review", "standard"])}
        elif kind == "household.size_changed":
            data |= {"persons": persons, "cause": "birth"}
        elif kind == "household.moved_within":
            data["from"] = pick(self.pool)
        elif kind == "household.dissolved":
            data["cause"] = "death"
        elif kind in ("house.started", "house.completed"):
            data |= {"house": pick(["h1", "h2"]), "construction": "new", "fund": "several",
                     "class": pick(CLASSES), "amount": persons}
        elif kind == "loan.disbursed":
            data |= {"class": pick(CLASSES), "programme": "student", "purpose": "study",
                     "amount": self.random.randint(0, 99)}
        elif kind in ("support.delivered", "collective"):
            data |= {"kind": "electricity", "quantity": 1, "counted_in": "household"}
            data |= {"households": 3} if kind == "collective" else {}
            data["amount"] = self.random.randint(0, 99)
        return data

    def fact(self, number, household):
        kind, day, source, id = self.random.choice(KINDS), self.day(), "a", f"f{number}"
        subject, data = None if kind == "collective" else household, self.data(kind, day)
        if kind == "fact.voided":
            known = self.names[-200:] or [("a", "f0", household)]
            of_source, of_id, subject = self.random.choice(known)
            data = {"unit": data["unit"], "of": {"source": of_source, "id": of_id}, "reason": "x"}
        same = [name for name in self.names[-200:] if subject and name[2] == subject]
        corrected = self.random.choice(same) if same and self.random.random() < 0.08 else None
        if same and corrected is None and self.random.random() < 0.03:
            # A rival: also of another household's fact, or of a collective one.
            known = same if self.random.random() < 0.5 else self.names[-200:]
            source, id, _ = self.random.choice(known)
        fact = {"specversion": "1.0", "source": source, "id": id,
                "type": f"vn.tonghop.{kind.replace('collective', 'support.delivered')}.v1"}
        if subject:
            fact["subject"] = subject
        fact["time"] = day + self.random.choice(
            ["T08:00:00+07:00", "T23:30:00Z", "T00:30:00+09:00"])
        if self.random.random() < 0.5:
            fact["sequence"] = str(self.random.randint(0, 3))
        if corrected and kind != "fact.voided":
            fact |= {"correctsid": corrected[1], "correctssource": corrected[0],
                     "correctsreason": "x"}
        self.names.append((source, id, subject))
        return json.dumps(fact | {"data": data}, ensure_ascii=False, separators=(",", ":"))

    def facts(self, count):
        households = [f"household/{self.province}.{self.random.getrandbits(64):016x}"
                      for _ in range(max(4, count // 25))]
        lines = [self.fact(number, self.random.choice(households)) for number in range(count)]
        lines += self.random.sample(lines, count // 30)
        self.random.shuffle(lines)
        return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seed", type=int)
    parser.add_argument("facts", type=int)
    parser.add_argument("--units", required=True)
    parser.add_argument("--successions", required=True)
    args = parser.parse_args()
    fuzz = Fuzz(args.seed, Places(args.units, args.successions))
    print("\n".join(fuzz.facts(args.facts)))


if __name__ == "__main__":
    main()
