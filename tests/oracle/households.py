"""Where each household stands, and how it got there: one pass over each household's facts.

From the meaning of Decree 07/2021 and of the form "diễn biến hộ nghèo" (Circular 07/2021):
a household enters the record, is classified, changes size, moves, leaves. What the record
contradicts is counted as declared or not at all, as the findings say.
"""

from datetime import date

from periods import plus_months

FOREVER = date(9999, 12, 31)
ESCAPE_MONTHS = 36
CLASSES = ("poor", "near_poor")

# What comes first among facts of one day.
ORDER = [
    "household.registered",
    "household.moved_in",
    "household.classified",
    "household.size_changed",
    "household.moved_within",
    "household.registered_to_exit",
    "house.started",
    "house.completed",
    "loan.disbursed",
    "support.delivered",
    "household.moved_out",
    "household.dissolved",
]


class Record:
    """What one pass over all households gives."""

    def __init__(self, places):
        self.places = places
        self.states = []  # household, place, standing, persons, left_day, until_day, since, until
        self.movements = []  # place, class, step, households, persons, day
        self.moves = []  # old place, new place, class, households, persons, day
        self.events = []  # household, place, type, kind, class, amount, day

    def household(self, name, facts):
        Household(self, name).live(facts)


class Household:
    def __init__(self, record, name):
        self.record, self.places, self.name = record, record.places, name
        self.presence = "unknown"
        self.home = self.standing = self.persons = self.left = None
        self.since = None
        self.houses = set()

    def live(self, facts):
        for fact in facts:
            getattr(self, fact.type.replace(".", "_"))(fact)
        self.close(FOREVER)

    # The spans in which nothing changed.

    def close(self, day):
        if self.presence == "living" and self.since < day:
            escaped_until = plus_months(self.left, ESCAPE_MONTHS) if self.left else None
            self.record.states.append((
                self.name, self.home, self.standing, self.persons, self.left, escaped_until,
                self.since, day,
            ))

    def change(self, day, **what):
        self.close(day)
        self.__dict__.update(what)
        self.since = day

    def count(self, step, standing, day, households=1, persons=None):
        if standing in CLASSES:
            persons = self.persons if persons is None else persons
            self.record.movements.append((self.home, standing, step, households, persons, day))

    # Facts about the household.

    def enter(self, fact, step):
        if self.presence == "living":
            return
        data, day = fact.data, fact.day
        standing = data["standing"]
        left = data["left_poverty"] if standing == "above" else None
        self.change(
            day, presence="living", home=fact.place, standing=standing, persons=data["persons"],
            left=date.fromisoformat(left) if left else None,
        )
        self.count(step, standing, day)

    def household_registered(self, fact):
        self.enter(fact, "registered")

    def household_moved_in(self, fact):
        self.enter(fact, "other_increase")

    def household_classified(self, fact):
        data, day = fact.data, fact.day
        said, to, persons = data["from"], data["to"], data["persons"]
        if self.presence == "departed":
            return
        if self.presence == "unknown":
            # It enters where it is said to have stood; above, that needs no registration.
            self.change(
                day, presence="living", home=fact.place, standing=said, persons=persons,
                left=None,
            )
            self.count("other_increase", said, day)
        was = self.standing
        if said != was and was == to:
            return  # the record has that already
        relapse = (
            was == "above" and self.left is not None
            and day <= plus_months(self.left, ESCAPE_MONTHS)
        )
        if persons != self.persons:
            self.count("size_change", was, day, households=0, persons=persons - self.persons)
            self.change(day, persons=persons)
        if was == to:
            return
        if data["cause"] == "standard":
            self.count("standard_change", was, day, -1, -persons)
            self.count("standard_change", to, day)
        elif to == "above":
            self.count("rose_above", was, day)
        elif was == "above":
            self.count("relapsed" if relapse else "newly_arisen", to, day)
        else:
            self.count("to_other_class", was, day)
            self.count("from_other_class", to, day)
        left = day if to == "above" and data["cause"] == "review" else None
        self.change(day, standing=to, left=left)

    def household_size_changed(self, fact):
        if self.presence != "living":
            return
        persons = fact.data["persons"]
        if persons != self.persons:
            by = persons - self.persons
            self.count("size_change", self.standing, fact.day, households=0, persons=by)
            self.change(fact.day, persons=persons)

    def household_moved_within(self, fact):
        if self.presence != "living":
            return
        unit, _, part = fact.place.partition("/")
        there = fact.place == self.home
        if there or (not part and unit in self.places.closure(self.home)):
            return  # moved nowhere
        if self.standing in CLASSES:
            self.record.moves.append(
                (self.home, fact.place, self.standing, 1, self.persons, fact.day))
        self.change(fact.day, home=fact.place)

    def depart(self, fact):
        if self.presence == "living":
            self.count("other_decrease", self.standing, fact.day)
            self.change(fact.day, presence="departed")

    household_moved_out = household_dissolved = depart

    # What is done for the household.

    def witness(self, fact):
        """It counts at the finest place that home and declared place tell together; where it was
        declared, when they contradict each other."""
        place = fact.place
        if self.presence == "living":
            place = self.places.together(place, self.home) or place
        data = fact.data
        self.record.events.append((
            self.name, place, fact.type, data["kind"], data["class"], data["amount"], fact.day,
        ))

    def loan_disbursed(self, fact):
        self.witness(fact)

    def support_delivered(self, fact):
        self.witness(fact)

    def house_started(self, fact):
        # Each house is started once and finished once.
        if (fact.type, fact.data["house"]) not in self.houses:
            self.houses.add((fact.type, fact.data["house"]))
            self.witness(fact)

    house_completed = house_started
