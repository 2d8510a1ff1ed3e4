"""Reads stored facts with the CloudEvents SDK of PyPI, and compares what it finds with the JSON.

    python cloudevents_check.py GOLDEN [GOLDEN...]

GOLDEN is a folder of *.ndjson or one such file. The SDK must take every line as a CloudEvents 1.0
event in structured mode, give the same attributes, extensions and data, and write an event that
means the same. Exits with 1 and says what is wrong. Needs `cloudevents` of PyPI, 2.x or 1.x.
"""

import datetime
import json
import pathlib
import sys

try:
    from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_structured_event
except ImportError:
    HTTPMessage = None
try:
    from cloudevents.v1.conversion import to_json
    from cloudevents.v1.http import from_json
except ImportError:
    from cloudevents.conversion import to_json
    from cloudevents.http import from_json


def by_json(line):
    """The classic interface: attributes as text."""
    event = from_json(line.encode())
    again = json.loads(to_json(event))
    return dict(event.get_attributes()), event.data, again


def by_http(line):
    """The interface of 2.x, which checks attributes and parses times."""
    headers = {"content-type": "application/cloudevents+json; charset=utf-8"}
    event = from_http_event(HTTPMessage(headers=headers, body=line.encode()))
    again = json.loads(to_structured_event(event).body)
    return dict(event.get_attributes()), event.get_data(), again


def same(name, ours, theirs):
    if isinstance(theirs, datetime.datetime):
        # Python keeps microseconds.
        text = ours.replace("Z", "+00:00")
        head, dot, rest = text.partition(".")
        if dot:
            digits = "".join(c for c in rest if c.isdigit() or c in "+-")
            cut = min(i for i, c in enumerate(digits) if c in "+-")
            text = f"{head}.{rest[:cut][:6].ljust(6, '0')}{rest[cut:]}"
        return datetime.datetime.fromisoformat(text) == theirs
    return ours == theirs


def check(line, read):
    fact = json.loads(line)
    ours = {name: value for name, value in fact.items() if name != "data"}
    theirs, data, again = read(line)
    if isinstance(data, (bytes, str)):
        data = json.loads(data)
    for name, value in ours.items():
        if name not in theirs or not same(name, value, theirs[name]):
            yield f"{name} is {value!r}, the SDK has {theirs.get(name)!r}"
    # The SDK may tell what CloudEvents has as default.
    for name in sorted(set(theirs) - set(ours)):
        if theirs[name] is not None and name != "datacontenttype":
            yield f"the SDK has {name}, which is not there"
    if data != fact["data"]:
        yield f"the SDK has other data: {data!r}"
    if again["data"] != fact["data"] or again["id"] != fact["id"]:
        yield "the SDK writes another event"


def main(*places):
    readers = [by_json] + ([by_http] if HTTPMessage else [])
    wrong, count = [], 0
    for place in map(pathlib.Path, places):
        for path in [place] if place.is_file() else sorted(place.glob("*.ndjson")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                count += 1
                for read in readers:
                    try:
                        found = list(check(line, read))
                    except Exception as error:
                        found = [f"{type(error).__name__}: {error}"]
                    wrong += [f"{path}:{number}: {read.__name__}: {what}" for what in found]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{count} facts, {len(readers)} readers, {len(wrong)} errors")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
