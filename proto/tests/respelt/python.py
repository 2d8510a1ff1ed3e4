"""Writes facts again with the Python SDK of CloudEvents, as a broker or a function would that passes
them on.

    python python.py GOLDEN [--check FILE]

GOLDEN is a folder of *.ndjson. Prints what the SDK writes, one line for each fact; with --check says
whether FILE holds just that. Needs `cloudevents` of PyPI, 2.x.
"""

import pathlib
import sys

from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_structured_event


def again(line):
    headers = {"content-type": "application/cloudevents+json; charset=utf-8"}
    event = from_http_event(HTTPMessage(headers=headers, body=line.encode()))
    return to_structured_event(event).body.decode()


def main(golden, *check):
    paths = sorted(pathlib.Path(golden).glob("*.ndjson"))
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    written = [again(line) for line in lines]
    text = "".join(line + "\n" for line in written)
    if not check:
        sys.stdout.buffer.write(text.encode())
        return 0
    same = pathlib.Path(check[1]).read_text(encoding="utf-8") == text
    print(f"{len(written)} facts written again in Python, {'as' if same else 'NOT as'} checked in")
    return 0 if same else 1


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
