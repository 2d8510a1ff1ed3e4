#!/usr/bin/env python3
"""Checks an audit pack of Tổng Hợp without any part of the program that made it.

    verify.py PACK.zip --key KEY.pub [--lang vi|en]

Python 3.11 or later; its standard library, and `cryptography` for one Ed25519 signature. Written
from the specifications: RFC 6962 (the tree), C2SP signed-note and tlog-checkpoint (the signature),
proto/README.md (the facts), gazetteer/README.md (the units), Decree 07/2021 and the form "diễn biến
hộ nghèo" of Circular 07/2021 (what a household's facts mean).

It believes nothing but the public key. It checks every file's hash, the signature, the root over
the facts, the digest of the vintage and, where it was signed, that of the list of hashes; then it computes again, from the facts, for every unit of
the vintage: poor and near-poor households and persons at the end of the period, the movement
tables, loans (how many, how much, by how many households) and houses (started, completed).
What it does not compute again it names, and whether that is signed. Whatever differs is told by file, position or cell, in Vietnamese or English (by LANG, or --lang).
Exit code 0: all of it holds; 1: it does not.
"""

import argparse
import base64
import csv
import hashlib
import io
import json
import os
import re
import sys
import tomllib
import zipfile
import zlib
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CATALOGUE = [f"catalog/{n}.toml" for n in ("indicators", "movements", "calendars", "codes")]
BOUNDS = "catalog/bounds.toml"  # not in packs of before there were bounds
GAZETTEER = [f"gazetteer/{n}.csv" for n in ("units", "successions", "aliases")]
TABLES = ["figures.csv", "movements.csv", "targets.csv", "findings.csv"]
FACTS, RECEIPTS = "journal/facts.ndjson", "journal/receipts.txt"
REQUIRED = {"checkpoint.note", "vintage.txt", FACTS, RECEIPTS, "VERIFY.md", "SHA256SUMS",
            *CATALOGUE, *GAZETTEER, *TABLES}
# Of these files something, or all, is not computed again here: receive times, other indicators.
NOT_COMPUTED = ["figures.csv", "targets.csv", "findings.csv", RECEIPTS, "revisions.csv",
                "VERIFY.md"]
FILE_BYTES_MAX = 512 << 20  # of all files but the records, which are read one by one
RECORD_BYTES_MAX = (1 << 20) - (4 << 10)
RATIO_MAX = 200
FAULTS_MAX = 20
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


class Faults:
    """What is wrong, in Vietnamese and in English: the first twenty are told, all are counted."""

    def __init__(self):
        self.told, self.count = [], 0

    def find(self, vi, en):
        self.count += 1
        if self.count <= FAULTS_MAX:
            self.told.append((vi, en))


class Hopeless(Exception):
    """Why it makes no sense to go on, in Vietnamese and in English."""

    def __init__(self, vi, en):
        super().__init__(vi, en)


# ---- The zip file: a closed list of names, bounded sizes, nothing written to the disk ----


def open_pack(path):
    try:
        pack = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise Hopeless(f"tệp không phải là gói kiểm toán: {error}",
                       f"this is no audit pack: {error}") from error
    names = [entry.filename for entry in pack.infolist()]
    for name in names:
        if name not in REQUIRED | {BOUNDS, "revisions.csv"}:
            raise Hopeless(f"mục {name!r}: không gói nào có tệp tên đó",
                           f"the entry {name!r}: no pack has a file of that name")
    for name, count in Counter(names).items():
        if count > 1:
            raise Hopeless(f"mục {name!r} có {count} lần",
                           f"the entry {name!r} is there {count} times")
    for name in sorted(REQUIRED - set(names)):
        raise Hopeless(f"thiếu tệp {name}",
                       f"{name} is missing")
    for entry in pack.infolist():
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Hopeless(f"mục {entry.filename!r} được nén theo cách khác",
                           f"the entry {entry.filename!r} is packed in another way")
        if entry.external_attr >> 16 & 0o170000 not in (0, 0o100000):
            raise Hopeless(f"mục {entry.filename!r} là liên kết hoặc thư mục",
                           f"the entry {entry.filename!r} is a link or a folder")
        large = entry.filename not in (FACTS, RECEIPTS) and entry.file_size > FILE_BYTES_MAX
        if large:
            raise Hopeless(f"mục {entry.filename!r} tự ghi là lớn hơn mức cho phép",
                           f"the entry {entry.filename!r} says to be larger than it may be")
        if entry.file_size > 1 << 20 and entry.file_size > RATIO_MAX * entry.compress_size:
            raise Hopeless(f"mục {entry.filename!r} nén chặt hơn mức văn bản có thể",
                           f"the entry {entry.filename!r} is packed more tightly than text can be")
    return pack


def check_sums(pack, faults):
    """Every file has the hash that SHA256SUMS lists, and every file is listed."""
    listed = {}
    for line in text_of(pack, "SHA256SUMS").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    there = set(pack.namelist())
    for name in sorted((there | set(listed)) - {"SHA256SUMS"}):
        if name not in there:
            faults.find(f"thiếu tệp {name}",
                        f"{name} is missing")
            continue
        digest = hashlib.sha256()
        try:
            with pack.open(name) as file:
                while block := file.read(1 << 16):
                    digest.update(block)
        except (*DAMAGED, KeyError) as error:
            faults.find(f"không đọc được {name}: {error}",
                        f"{name} cannot be read: {error}")
            continue
        if listed.get(name) != digest.hexdigest():
            faults.find(f"{name} không đúng mã băm ghi trong SHA256SUMS",
                        f"{name} does not have the hash listed in SHA256SUMS")


def check_files(pack, extensions, faults):
    """Whether the list of hashes is signed; if so, that it is the one that was signed. It is signed
    without the checkpoint's own line."""
    signed = [line for line in extensions if line.startswith("files sha256:")]
    lines = text_of(pack, "SHA256SUMS").splitlines(True)
    kept = "".join(line for line in lines if not line.endswith("  checkpoint.note\n"))
    if any(line != "files sha256:" + hashlib.sha256(kept.encode()).hexdigest() for line in signed):
        faults.find("các tệp không phải là các tệp đã ký: SHA256SUMS đã bị lập lại",
                    "the files are not those that were signed: SHA256SUMS was made again")
    return bool(signed)


def bytes_of(pack, name):
    try:
        return pack.read(name)
    except DAMAGED as error:
        raise Hopeless(f"không đọc được {name}: {error}",
                       f"{name} cannot be read: {error}") from error


def text_of(pack, name):
    try:
        return bytes_of(pack, name).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Hopeless(f"{name} không phải UTF-8: {error}",
                       f"{name} is not UTF-8: {error}") from error


# ---- The signature: C2SP signed-note and tlog-checkpoint ----


def decoded(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 that is not canonical")
    return data


def public_key(text):
    """Name, id and key of `<name>+<hash>+<base64>`."""
    if text.startswith("PRIVATE+KEY+"):
        raise Hopeless("đây là khóa bí mật (private key), không đưa cho ai; hãy dùng tệp .pub",
                       "this is a private key, to be shown to nobody; give its .pub")
    try:
        name, key_id, key = text.removesuffix("\n").split("+", 2)
        key = decoded(key)
    except ValueError as error:
        raise Hopeless(f"đây không phải là khóa công khai: {error}",
                       f"the key is no public key: {error}") from error
    if key[:1] != b"\x01" or len(key) != 33:
        raise Hopeless("khóa không phải loại Ed25519",
                       "the key is not one of Ed25519")
    computed = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if computed.hex() != key_id:
        raise Hopeless(f"khóa của {name} không đúng mã băm tự ghi",
                       f"the key of {name} does not have the hash that it says")
    return name, computed, Ed25519PublicKey.from_public_bytes(key[1:])


def open_note(note, keys, faults):
    """Origin, size, root and extension lines. That nobody we know has signed them is told."""
    body, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or any(c < " " and c != "\n" for c in note):
        raise Hopeless("checkpoint.note không phải là văn bản đã ký",
                       "checkpoint.note is no signed note")
    text, signers = body + "\n", []
    for line in lines[:-1].split("\n"):
        try:
            dash, signer, signature = line.split(" ")
            signature = decoded(signature)
        except ValueError:
            dash = None
        if dash != "\u2014" or len(signature) <= 4:
            raise Hopeless("checkpoint.note có dòng không phải chữ ký",
                           "checkpoint.note has a line that is no signature")
        for name, key_id, key in keys:
            if (signer, signature[:4]) == (name, key_id):
                try:
                    key.verify(signature[4:], text.encode())
                    signers.append(name)
                except InvalidSignature:
                    faults.find(f"checkpoint.note: chữ ký của {name} không do khóa đó ký, hoặc văn "
                                "bản đã bị sửa sau khi ký",
                                f"checkpoint.note: the signature of {name} is not by that key, or "
                                "the text was changed after signing")
    if not signers and not faults.count:
        faults.find("checkpoint.note: không có chữ ký nào của khóa đã cho",
                    "checkpoint.note: no signature is by a key that was given")
    try:
        origin, size, root, *extensions = body.split("\n")
        size, root = int(size), decoded(root)
    except ValueError as error:
        raise Hopeless(f"checkpoint.note không phải là điểm kiểm: {error}",
                       f"checkpoint.note is no checkpoint: {error}") from error
    if signers and not any(origin == one or origin.startswith(one + "/") for one in signers):
        faults.find(f"checkpoint.note: {signers} không được ký cho {origin}",
                    f"checkpoint.note: {signers} may not sign for {origin}")
    return origin, size, root, extensions


# ---- The tree over the facts: RFC 6962, section 2.1 ----


class Tree:
    """The roots of the perfect subtrees that the leaves so far fall into."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def push(self, leaf):
        node, size = leaf, self.size
        while size & 1:
            node = hashlib.sha256(b"\x01" + self.peaks.pop() + node).digest()
            size >>= 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256().digest()
        node = self.peaks[-1]
        for left in reversed(self.peaks[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node


def records(pack, faults):
    """Receive time (ms), leaf and bytes of each record. Receipts tell where one ends."""
    with pack.open(FACTS) as facts, pack.open(RECEIPTS) as receipts:
        position = 0
        for line in io.TextIOWrapper(receipts, encoding="ascii", errors="replace", newline="\n"):
            position += 1
            form = re.fullmatch(rf"{position} (-?[0-9]+) ([1-9][0-9]{{0,6}}) ([0-9a-f]{{8}})\n",
                                line)
            if not form or int(form[2]) > RECORD_BYTES_MAX:
                raise Hopeless(f"{RECEIPTS} dòng {position}: không phải biên nhận của vị trí đó",
                               f"{RECEIPTS} line {position}: no receipt of that position")
            length = int(form[2])
            record = facts.read(length + 1)
            if len(record) != length + 1:
                raise Hopeless(f"các dữ kiện hết trước hoặc giữa vị trí {position}",
                               f"the facts end before or within position {position}")
            if record[-1:] != b"\n":
                raise Hopeless(f"dữ kiện ở vị trí {position} dài hơn biên nhận ghi",
                               f"the record at position {position} is longer than its receipt says")
            leaf = hashlib.sha256(b"\x00" + record[:-1]).digest()
            if leaf[:4].hex() != form[3]:
                faults.find(f"dữ kiện ở vị trí {position} không phải dữ kiện của biên nhận",
                            f"the record at position {position} is not the one of its receipt")
            yield int(form[1]), leaf, record[:-1]
        if facts.read(1):
            faults.find(f"dữ kiện ở vị trí {position + 1} không có biên nhận",
                        f"the record at position {position + 1} has no receipt")


# ---- Time: civil days in Viet Nam, named periods ----


def civil_day(time):
    """The day in Viet Nam, seven hours ahead of UTC, of an RFC 3339 time."""
    time = re.sub(r"\.[0-9]+", "", re.sub(r":60(?=[.Z+-])", ":59", time.upper()))
    return day_of(datetime.fromisoformat(time.replace("Z", "+00:00")))


def day_of(moment):
    return (moment.astimezone(timezone.utc) + timedelta(hours=7)).date()


def plus_months(day, months):
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    next_year, next_month = divmod(year * 12 + month + 1, 12)
    last = (date(next_year, next_month + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


# ---- Units: what holds a place ----


class Units:
    """A place is a unit, or a part of a divided commune: (unit, part). It belongs to its unit and
    those above, and to those of newer generations that took it in; where a commune was divided and
    the part is not told, its default successor has it."""

    def __init__(self, pack):
        units = csv.DictReader(io.StringIO(text_of(pack, GAZETTEER[0])))
        self.units = {row["key"]: row for row in units}
        self.heirs, self.cached = defaultdict(list), {}
        for row in csv.DictReader(io.StringIO(text_of(pack, GAZETTEER[1]))):
            self.heirs[row["old_key"]].append(row)

    def above(self, unit):
        """The unit and those above it."""
        while unit:
            yield unit
            unit = self.units[unit]["parent"]

    def successors(self, unit):
        """The units that a divided commune went to; none for one that was not divided."""
        heirs = self.heirs.get(unit, [])
        divided = len(heirs) > 1 and self.units[unit]["level"] == "commune"
        return {heir["new_key"] for heir in heirs} if divided else set()

    def line(self, unit):
        """A unit, those above it, and the same of its successor. An abolished unit without one
        follows the unit above it."""
        held = list(self.above(unit))
        for one in held:
            if heirs := self.heirs.get(one):
                default = [heir for heir in heirs if heir["is_default"] == "1"] or heirs
                return {*held, *self.line(default[0]["new_key"])}
        return set(held)

    def holding(self, place):
        """All units that hold a place."""
        if place not in self.cached:
            unit, part = place
            held = {*self.above(unit), *self.line(part)} if part else self.line(unit)
            self.cached[place] = frozenset(held)
        return self.cached[place]

    def together(self, declared, home):
        """The finest place that a declared place and a home tell together; none if they contradict
        each other. What is not known contradicts nothing."""
        (unit, part), (own, own_part) = declared, home
        if declared == home:
            return home
        if not own_part and unit in self.successors(own):
            return own, unit
        if not part and own in self.successors(unit):
            return unit, own
        if not own_part and own in self.holding(declared):
            return declared
        if not part and unit in self.holding(home):
            return home
        # No source tells which commune took an abolished one in: the unit above has to do.
        record, held = self.units[unit], self.holding(home)
        told = any(self.units[one]["level"] == "commune" and self.units[one]["gen"] == record["gen"]
                   for one in held)
        return home if not told and record["parent"] in held else None

    def subtree(self, unit, day):
        """The unit and all below it that are in force on a day; of the nation no communes."""
        below, nation = defaultdict(list), self.units[unit]["level"] == "nation"
        for row in self.units.values():
            # 2021-01-01 is where the list begins, not where these units did.
            begun = row["valid_from"] in ("2021-01-01", "") or row["valid_from"] <= str(day)
            skipped = nation and row["level"] == "commune"
            if begun and str(day) <= (row["valid_to"] or "9999") and not skipped:
                below[row["parent"]].append(row["key"])
        found, left = [], [unit]
        while left:
            found.append(left.pop())
            left.extend(below[found[-1]])
        return found


# ---- Facts: who, when, where, and which of them count ----

# What comes first among the facts of one household and day.
RANKS = {kind: rank for rank, kind in enumerate([
    "household.registered", "household.moved_in", "household.classified", "household.size_changed",
    "household.moved_within", "household.registered_to_exit", "house.started", "house.completed",
    "loan.disbursed", "support.delivered", "household.moved_out", "household.dissolved"])}


# What a fact must say to be read: anything else in a journal counts nothing.
FIELDS = {
    "household.registered": {"standing": str, "persons": int},
    "household.moved_in": {"standing": str, "persons": int},
    "household.classified": {"from": str, "to": str, "persons": int, "cause": str},
    "household.size_changed": {"persons": int},
    "household.moved_within": {"from": str},
    "house.started": {"house": str, "construction": str, "fund": str, "class": str},
    "house.completed": {"house": str, "construction": str, "fund": str, "class": str},
    "loan.disbursed": {"class": str, "programme": str, "purpose": str, "amount": int},
}


def key_of(source, fact_id):
    """A fact's identity: 128 bits of SHA-256 over source, a zero byte and id."""
    return hashlib.sha256(source.encode() + b"\x00" + fact_id.encode()).digest()[:16]


def content_of(leaf):
    """What tells rivals apart: the first 64 bits of the RFC 6962 leaf hash of the bytes, which is
    SHA-256 over a zero byte and the bytes."""
    return leaf[:8]


class Rivals:
    """Which content of each key counts, in the whole journal: the smallest. But a closing counts
    if nothing came before it under its key, and nothing else then, and never otherwise."""

    def __init__(self):
        self.closings, self.least = {}, {}

    def add(self, document, leaf, units):
        kind, data = document["type"], document["data"]
        if not kind.startswith("vn.tonghop.") or data["unit"] not in units.units:
            raise ValueError("no fact")
        key, content = key_of(document["source"], document["id"]), content_of(leaf)
        if kind.startswith("vn.tonghop.period."):
            if key not in self.least:
                self.closings.setdefault(key, content)
        else:
            self.least[key] = min(content, self.least.get(key, content))

    def winner(self, key):
        return self.closings.get(key, self.least.get(key))


class Fact:
    """A fact about a household."""

    __slots__ = ("key", "content", "names", "kind", "order", "day", "place", "data")

    def __init__(self, document, leaf, units):
        self.key = key_of(document["source"], document["id"])
        self.content = content_of(leaf)
        self.kind = document["type"].removeprefix("vn.tonghop.").removesuffix(".v1")
        self.data = document["data"]
        self.day = civil_day(document["time"])
        unit, part = self.data["unit"], self.data.get("part")
        if unit not in units.units or part and part not in units.successors(unit):
            raise ValueError("no such place")
        for field, kind in FIELDS.get(self.kind, {}).items():
            if type(self.data[field]) is not kind:
                raise ValueError(f"{field} is of another kind")
        self.place = unit, part
        self.names = None  # the fact that does not count because of this one
        if self.kind == "fact.voided":
            self.names = key_of(self.data["of"]["source"], self.data["of"]["id"])
        elif "correctsid" in document:
            source = document.get("correctssource", document["source"])
            self.names = key_of(source, document["correctsid"])
        sequence = int(document.get("sequence", 0))
        self.order = self.day, RANKS.get(self.kind, 99), sequence, self.key, self.content


class Bounds:
    """The most that a fact about one household can tell in a field; what tells more is held."""

    def __init__(self, pack):
        text = text_of(pack, BOUNDS) if BOUNDS in pack.namelist() else ""
        self.topics = tomllib.loads(text)

    def hold(self, fact):
        topic, _, act = fact.kind.partition(".")
        for field, bound in self.topics.get(topic, {}).get(act, {}).items():
            told = fact.data.get(field)
            if type(told) is int and told > bound.get("most_of_one", bound["most"]):
                return True
        return False


# So many facts of one household count.
COUNTED_MAX = 2_000


def counting(facts, rivals, bounds):
    """The facts of one household that count, in order: those that win against their rivals, which
    may be another household's; none that a void or a correction names. A void is not voided. Of more
    than COUNTED_MAX those count that came first; `facts` are in the order of the journal. What tells
    more than a fact can does not count."""
    winners = {}
    for fact in facts:
        if rivals.winner(fact.key) == fact.content:
            winners.setdefault(fact.key, fact)
    named = {fact.names for fact in winners.values() if fact.names}
    standing = [fact for fact in winners.values()
                if fact.kind != "fact.voided" and fact.key not in named]
    alive = [fact for fact in standing[:COUNTED_MAX]
             if fact.kind in RANKS and not bounds.hold(fact)]
    return sorted(alive, key=lambda fact: fact.order)


def read_facts(pack, units, faults):
    """The tree, the facts of each household, which of rivals count, and the last record with its
    receive time."""
    tree, households, rivals, last = Tree(), defaultdict(list), Rivals(), (0, None)
    for received, leaf, record in records(pack, faults):
        tree.push(leaf)
        try:
            last = received, None
            document = json.loads(record)
            last = received, document
            subject = document.get("subject", "")
            fact = Fact(document, leaf, units) if subject.startswith("household/") else None
            rivals.add(document, leaf, units)
            if fact:
                households[subject].append(fact)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue  # a journal may hold what is no fact: it is signed, and counts nothing
    return tree, households, rivals, last


# ---- Households: Decree 07/2021 and the form "diễn biến hộ nghèo" ----

CLASSES = ("poor", "near_poor")
ESCAPE_MONTHS = 36


class Count:
    """Figures and movement rows of every unit, as the facts tell them."""

    def __init__(self, units, first, last):
        self.units, self.first, self.last = units, first, last
        self.figures = Counter()  # (unit, indicator, breakdown) -> value
        self.moved = Counter()  # (unit, class, row) -> households, (… , "persons") -> persons

    def stock(self, household, row):
        if household.here and household.standing in CLASSES:
            for unit in self.units.holding(household.home):
                self.movement(unit, household.standing, row, 1, household.persons)

    def movement(self, unit, standing, row, households, persons):
        self.moved[unit, standing, row, "households"] += households
        self.moved[unit, standing, row, "persons"] += persons

    def take(self, facts):
        """A household's life: where it stands when the period begins, what happens in it, where it
        stands when it ends."""
        household, opened, borrowed = Household(self), False, set()
        for fact in facts:
            if not opened and fact.day >= self.first:
                self.stock(household, "opening")
                opened = True
            if fact.day > self.last:
                break
            household.counts = opened
            if (place := household.live(fact)) and opened:
                self.event(fact, place, borrowed)
        if not opened:
            self.stock(household, "opening")
        self.stock(household, "closing")

    def event(self, fact, place, borrowed):
        data = fact.data
        if fact.kind == "loan.disbursed":
            by = [("class", data["class"]), ("programme", data["programme"]),
                  ("purpose", data["purpose"])]
            whole = ";".join(f"{name}={code}" for name, code in by)
            self.flow(place, "loan_instances", whole, 1)
            self.flow(place, "loan_amount", whole, data["amount"])
            for unit in self.units.holding(place):
                for breakdown in ["", *(f"{name}={code}" for name, code in by)]:
                    # A household counts once in each unit, however often it borrows.
                    if (unit, breakdown) not in borrowed:
                        borrowed.add((unit, breakdown))
                        self.figures[unit, "loan_households", breakdown] += 1
        elif fact.kind in ("house.started", "house.completed"):
            started = fact.kind == "house.started"
            by = ";".join(f"{name}={data[name]}" for name in ("class", "construction", "fund"))
            self.flow(place, "houses_supported" if started else "houses_completed", by, 1)

    def flow(self, place, indicator, breakdown, by):
        for unit in self.units.holding(place):
            self.figures[unit, indicator, ""] += by
            self.figures[unit, indicator, breakdown] += by


class Household:
    """One household as its facts tell it, up to the one at hand."""

    def __init__(self, count):
        self.count, self.units = count, count.units
        self.known = self.here = self.counts = False
        self.home = self.standing = self.persons = self.left = None
        self.works = set()

    def row(self, row, standing, households=1, persons=None):
        if self.counts and standing in CLASSES:
            persons = self.persons if persons is None else persons
            for unit in self.units.holding(self.home):
                self.count.movement(unit, standing, row, households, persons)

    def live(self, fact):
        """Takes a fact; of an event that counts, the place where it does."""
        if fact.kind in ("household.registered", "household.moved_in"):
            self.enter(fact)
        elif fact.kind == "household.classified":
            self.classify(fact)
        elif fact.kind == "household.size_changed" and self.here:
            self.resize(fact.data["persons"])
        elif fact.kind == "household.moved_within" and self.here:
            self.move(fact.place)
        elif fact.kind in ("household.moved_out", "household.dissolved") and self.here:
            self.row("other_decrease", self.standing)
            self.here = False
        elif fact.kind in ("house.started", "house.completed", "loan.disbursed"):
            work = (fact.kind, fact.data.get("house"))
            if fact.kind != "loan.disbursed":
                if work in self.works:
                    return None  # each house is started once and finished once
                self.works.add(work)
            # It counts where home and declared place agree, else where it was declared.
            return self.here and self.units.together(fact.place, self.home) or fact.place
        return None

    def enter(self, fact):
        if self.here:
            return  # it is in the record already
        self.known = self.here = True
        self.home, data = fact.place, fact.data
        self.standing, self.persons = data["standing"], data["persons"]
        left = data.get("left_poverty")
        self.left = date.fromisoformat(left) if left and self.standing == "above" else None
        first = fact.kind == "household.registered"
        self.row("registered" if first else "other_increase", self.standing)

    def classify(self, fact):
        said, to, day = fact.data["from"], fact.data["to"], fact.day
        if self.known and not self.here:
            return  # it has left
        if not self.known:
            # It enters where it is said to have stood.
            self.known = self.here = True
            self.home, self.standing, self.left = fact.place, said, None
            self.persons = fact.data["persons"]
            self.row("other_increase", said)
        was = self.standing
        if said != was and was == to:
            return  # the record has that already
        self.resize(fact.data["persons"])
        if was == to:
            return
        relapse = was == "above" and self.left and day <= plus_months(self.left, ESCAPE_MONTHS)
        if fact.data["cause"] != "review":  # another poverty standard, no change in life
            self.row("standard_change", was, -1, -self.persons)
            self.row("standard_change", to)
        elif to == "above":
            self.row("rose_above", was)
        elif was == "above":
            self.row("relapsed" if relapse else "newly_arisen", to)
        else:
            self.row("to_other_class", was)
            self.row("from_other_class", to)
        self.standing = to
        self.left = day if to == "above" and fact.data["cause"] == "review" else None

    def resize(self, persons):
        if persons != self.persons:
            self.row("size_change", self.standing, 0, persons - self.persons)
            self.persons = persons

    def move(self, to):
        unit, part = to
        old, new = self.units.holding(self.home), self.units.holding(to)
        if to == self.home or not part and unit in old:
            return  # it moved nowhere
        if self.counts and self.standing in CLASSES:
            # Inside a unit that holds both places nothing moves.
            for one in old - new:
                self.count.movement(one, self.standing, "other_decrease", 1, self.persons)
            for one in new - old:
                self.count.movement(one, self.standing, "other_increase", 1, self.persons)
        self.home = to


# ---- What the pack says ----


def read_vintage(text):
    """Its head by name, and its rows."""
    head, _, rows = text.partition("\n\n")
    first, *lines = head.split("\n")
    if first != "tonghop vintage 1":
        raise Hopeless("vintage.txt không phải là bản đã chốt",
                       "vintage.txt is no vintage")
    head = dict(line.partition(" ")[::2] for line in lines)
    return head, [line.split("\t") for line in rows.splitlines()]


def read_table(pack, name):
    text = text_of(pack, name)
    if not text.startswith("\ufeff"):
        raise Hopeless(f"{name} không bắt đầu bằng dấu thứ tự byte (BOM)",
                       f"{name} does not begin with a byte order mark")
    # Line numbers are those of a spreadsheet: the header is the first.
    return list(enumerate(csv.DictReader(io.StringIO(text[1:], newline="")), 2))


def plain(text):
    """A text as it was before it was kept from being taken for a formula."""
    return text[1:] if re.match(r"'[=+\-@\t\r]", text) else text


def compare_with_vintage(tables, rows, faults):
    """figures.csv and movements.csv say what vintage.txt says, row by row."""
    for name, kind, columns in [("figures.csv", "figure", ("unit", "indicator", "by")),
                                ("movements.csv", "movement", ("unit", "class", "row"))]:
        said, frozen = tables[name], [row for row in rows if row[0] == kind]
        if len(said) != len(frozen):
            faults.find(f"{name} có {len(said)} dòng, vintage.txt có {len(frozen)}",
                        f"{name} has {len(said)} rows, vintage.txt {len(frozen)}")
        for (line, row), (_, *fields) in zip(said, frozen):
            cells = [plain(row[column] or "") for column in columns]
            if kind == "figure":
                cells += [value_of(row), plain(row["marks"] or "")]
            else:
                cells += [row["households"], row["persons"]]
            if cells != fields:
                faults.find(f"{name} dòng {line}: ghi {' '.join(cells)}, "
                            f"vintage.txt có {' '.join(fields)}",
                            f"{name} line {line}: it says {' '.join(cells)}, "
                            f"vintage.txt {' '.join(fields)}")


def value_of(row):
    """A row's value as vintage.txt writes it."""
    if row["missing"]:
        return "?" + row["missing"]
    share = row["numerator"] and f"{row['numerator']}/{row['denominator']}"
    if row["numerator_before"]:
        return f"{row['numerator_before']}/{row['denominator_before']}>{share}"
    return share or row["value"]


def check_definitions(pack, head, faults):
    """The catalogue and the gazetteer are those of which the vintage's head has the hashes."""
    catalogue, gazetteer = hashlib.sha256(), hashlib.sha256()
    for name in [*CATALOGUE, *(name for name in [BOUNDS] if name in pack.namelist())]:
        text = bytes_of(pack, name)
        catalogue.update(len(text).to_bytes(8, "little") + text)
    for name in GAZETTEER:
        gazetteer.update(bytes_of(pack, name))
    for what, found in [("catalogue", catalogue), ("gazetteer", gazetteer)]:
        if head.get(what) != found.hexdigest():
            faults.find(f"vintage.txt, {what}: ghi {head.get(what)}, các tệp trong gói là "
                        f"{found.hexdigest()}",
                        f"vintage.txt, {what}: it says {head.get(what)}, the files in the pack are "
                        f"{found.hexdigest()}")


def check_closing(head, last, faults):
    """The last record is the closing that the vintage is of."""
    received, last = last
    try:
        data = last["data"]
        found = {"closing": key_of(last["source"], last["id"]).hex(), "unit": data["unit"],
                 "level": data["level"], "period": data["period"],
                 "reference": data.get("reference", ""), "set_by": data["set_by"],
                 "received": str(day_of(datetime.fromtimestamp(received / 1000, timezone.utc)))}
        kind = last["type"]
    except (KeyError, TypeError, OverflowError):
        found, kind = {}, None
    if kind != "vn.tonghop.period.closed.v1":
        faults.find(f"dữ kiện ở vị trí {head.get('position')} không chốt kỳ nào",
                    f"the record at position {head.get('position')} closes no period")
        return
    for name, value in found.items():
        if head.get(name) != value:
            faults.find(f"vintage.txt, {name}: ghi {head.get(name)}, lần chốt ghi {value}",
                        f"vintage.txt, {name}: it says {head.get(name)}, the closing {value}")


# ---- What the facts say ----

STOCKS = {
    "poor_households": [("poor", "households")],
    "near_poor_households": [("near_poor", "households")],
    "poor_and_near_poor_households": [("poor", "households"), ("near_poor", "households")],
    "poor_persons": [("poor", "persons")],
    "near_poor_persons": [("near_poor", "persons")],
    "poor_and_near_poor_persons": [("poor", "persons"), ("near_poor", "persons")],
}
FLOWS = ("loan_instances", "loan_amount", "loan_households", "houses_supported", "houses_completed")
ROWS = ("opening", "registered", "to_other_class", "rose_above", "other_decrease",
        "from_other_class", "relapsed", "newly_arisen", "other_increase", "size_change",
        "standard_change", "closing")


def compare_figures(table, count, inside, faults):
    compared, seen = 0, set()
    for line, row in table:
        unit, indicator, by = row["unit"], row["indicator"], row["by"]
        if indicator in STOCKS and not by:
            found = sum(count.moved[unit, standing, "closing", head]
                        for standing, head in STOCKS[indicator])
        elif indicator in FLOWS:
            if row["missing"] == "needs_timelines":
                continue  # not kept for periods of that length
            found = count.figures[unit, indicator, by]
        else:
            continue
        compared += 1
        seen.add((unit, indicator, by))
        if row["missing"] == "not_reported" and not found:
            continue  # nobody there has reported: nothing adds up to nothing
        if row["value"] != str(found):
            faults.find(f"figures.csv dòng {line}, {unit} {indicator} {by}: ghi "
                        f"{row['value']!r}, tính lại từ dữ kiện được {found}",
                        f"figures.csv line {line}, {unit} {indicator} {by}: it says "
                        f"{row['value']!r}, the facts come to {found}")
    expected = {(unit, indicator, "") for unit in inside for indicator in [*STOCKS, *FLOWS]}
    expected |= {name for name, value in count.figures.items() if value and name[0] in inside}
    skipped = {(row["unit"], row["indicator"]) for _, row in table if row["missing"]}
    for name in sorted(expected - seen):
        if name[:2] not in skipped:
            faults.find(f"figures.csv không có dòng {' '.join(name)}; tính lại từ dữ kiện được "
                        f"{count.figures[name]}",
                        f"figures.csv has no row {' '.join(name)}; the facts come to "
                        f"{count.figures[name]}")
    return compared


def compare_movements(table, count, inside, faults):
    seen = set()
    for line, row in table:
        name = row["unit"], row["class"], row["row"]
        seen.add(name)
        for head in ("households", "persons"):
            found = count.moved[(*name, head)]
            if row[head] != str(found):
                faults.find(f"movements.csv dòng {line}, {' '.join(name)} {head}: ghi "
                            f"{row[head]!r}, tính lại từ dữ kiện được {found}",
                            f"movements.csv line {line}, {' '.join(name)} {head}: it says "
                            f"{row[head]!r}, the facts come to {found}")
    for name in sorted({(u, c, r) for u in inside for c in CLASSES for r in ROWS} - seen):
        if not any(count.moved[(*name, head)] for head in ("households", "persons")):
            continue  # a unit that has reported nothing has no rows
        faults.find(f"movements.csv không có dòng {' '.join(name)}",
                    f"movements.csv has no row {' '.join(name)}")
    return 2 * len(table)


# ---- All together ----


def verify(path, keys, faults):
    """What was compared, in a sentence of each language."""
    pack = open_pack(path)
    check_sums(pack, faults)
    text = text_of(pack, "vintage.txt")
    head, rows = read_vintage(text)
    origin, size, root, extensions = open_note(text_of(pack, "checkpoint.note"), keys, faults)

    files_signed = check_files(pack, extensions, faults)

    # The digest leaves out which program wrote the text: any program must come to the same.
    lines = (line for line in text.splitlines(True) if not line.startswith("program "))
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    if f"vintage {head.get('id')} {digest}" not in extensions:
        faults.find(f"vintage.txt không phải là bản đã ký: mã băm {digest}",
                    f"vintage.txt is not the one that was signed: its digest is {digest}")
    signed = {"journal": origin.rpartition("/")[2], "position": str(size),
              "root": base64.b64encode(root).decode()}
    for name, value in signed.items():
        if head.get(name) != value:
            faults.find(f"vintage.txt, {name}: ghi {head.get(name)}, đã ký {value}",
                        f"vintage.txt, {name}: it says {head.get(name)}, signed is {value}")
    check_definitions(pack, head, faults)

    units, bounds = Units(pack), Bounds(pack)
    try:
        tree, households, rivals, last = read_facts(pack, units, faults)
    except DAMAGED as error:
        raise Hopeless(f"không đọc được {FACTS}: {error}",
                       f"{FACTS} cannot be read: {error}") from error
    if tree.size != size:
        faults.find(f"chữ ký trên {size} dữ kiện nhưng gói có {tree.size}",
                    f"{size} records were signed, the pack has {tree.size}")
    elif tree.root() != root:
        faults.find(f"{size} dữ kiện không phải là các dữ kiện đã ký: gốc khác",
                    f"the {size} records are not those that were signed: they have another root")
    check_closing(head, last, faults)

    tables = {name: read_table(pack, name) for name in ("figures.csv", "movements.csv")}
    compare_with_vintage(tables, rows, faults)
    try:
        first, last_day = map(date.fromisoformat, head["days"].split(" "))
        inside = set(units.subtree(head["unit"], last_day))
    except (KeyError, ValueError) as error:
        raise Hopeless(f"vintage.txt không ghi đơn vị hoặc ngày: {error}",
                       f"vintage.txt tells no unit or no days: {error}") from error
    count = Count(units, first, last_day)
    for facts in households.values():
        count.take(counting(facts, rivals, bounds))
    cells = compare_figures(tables["figures.csv"], count, inside, faults)
    cells += compare_movements(tables["movements.csv"], count, inside, faults)
    names = ", ".join(name for name in NOT_COMPUTED if name in pack.namelist())
    rest = (f"Đã ký nhưng không tính lại ở đây, toàn bộ hoặc một phần: {names}",
            f"Signed, and not computed again here, in whole or in part: {names}")
    if not files_signed:
        rest = (f"KHÔNG được ký và không tính lại ở đây, toàn bộ hoặc một phần: {names}",
                f"NOT signed, and not computed again here, in whole or in part: {names}")
    return (f"{head['id']} của sổ {origin}: đã tính lại {cells} ô của {len(inside)} đơn vị từ "
            f"{size} dữ kiện; tất cả đều khớp\n{rest[0]}",
            f"{head['id']} of the journal {origin}: {cells} cells of {len(inside)} units computed "
            f"again from {size} facts; all are equal\n{rest[1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pack", type=Path)
    parser.add_argument("--key", type=Path, action="append", required=True)
    of_place = "vi" if os.environ.get("LANG", "").startswith("vi") else "en"
    parser.add_argument("--lang", choices=["vi", "en"], default=of_place)
    args = parser.parse_args()
    # Everything is said as a pair: Vietnamese first, then English.
    in_lang = 0 if args.lang == "vi" else 1
    faults, told = Faults(), ("", "")
    try:
        keys = [public_key(path.read_text(encoding="utf-8")) for path in args.key]
        told = verify(args.pack, keys, faults)
    except Hopeless as why:
        faults.find(*why.args)
    except OSError as why:
        sys.exit((f"không đọc được: {why}", f"cannot read: {why}")[in_lang])
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error, *DAMAGED) as why:
        kind = type(why).__name__
        faults.find(f"gói không đúng dạng: {kind} {why}",
                    f"the pack has not the form of one: {kind} {why}")
    if not faults.count:
        print(("ĐÚNG", "TRUE")[in_lang] + f": {told[in_lang]}")
        return
    count, more = faults.count, faults.count - FAULTS_MAX
    print((f"KHÔNG ĐÚNG: {args.pack} có {count} chỗ sai:",
           f"NOT TRUE: {args.pack} has {count} faults:")[in_lang], file=sys.stderr)
    for what in faults.told:
        print(f"- {what[in_lang]}", file=sys.stderr)
    if more > 0:
        print((f"… và {more} chỗ nữa", f"… and {more} more")[in_lang], file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
