"""Checks stored facts against the JSON Schemas with an independent validator.

    python validate_schemas.py SCHEMAS GOLDEN [GOLDEN...]

SCHEMAS is a folder of <type>.json, GOLDEN a folder of *.ndjson, one such file, or one document in a
*.json. A milestone that was reached and one that was withdrawn share a schema. Every schema must
be a valid one of 2020-12, every line must pass the schema of its type, and lines damaged in ways a
schema has to notice must fail. Exits with 1 and says what is wrong. Needs `jsonschema` of PyPI.
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator


def load(folder):
    validators = {}
    for path in sorted(folder.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        assert schema["$id"].endswith("/" + path.name), f"{path}: $id is {schema['$id']}"
        validators[path.stem] = Draft202012Validator(schema)
    return validators


def lines(places):
    for place in places:
        if place.suffix == ".json":
            yield str(place), json.loads(place.read_text(encoding="utf-8"))
            continue
        for path in [place] if place.is_file() else sorted(place.glob("*.ndjson")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                yield f"{path}:{number}", json.loads(line)


def schema_of(fact):
    kind = fact["type"]
    for act in ["reached", "withdrawn"]:
        kind = kind.replace(f"vn.tonghop.milestone.{act}.", "vn.tonghop.milestone.")
    return kind


def damaged(fact):
    """The same fact with one thing wrong, and what that is."""
    for name in ["specversion", "type", "source", "id", "time", "data"]:
        yield f"without {name}", {k: v for k, v in fact.items() if k != name}
    yield "with another attribute", fact | {"name": "A"}
    yield "of another version", fact | {"type": fact["type"][:-1] + "2"}
    yield "with a date only", fact | {"time": "2021-03-05"}
    yield "with null", fact | {"sequence": None}
    yield "with a number for its id", fact | {"id": 1}
    yield "with another subject", fact | {"subject": "person/1"}
    yield "correcting without a reason", {
        k: v for k, v in fact.items() if k != "correctsreason"
    } | {"correctsid": "x"}
    data = fact["data"]
    yield "with another field", fact | {"data": data | {"name": "A"}}
    yield "with a bare code", fact | {"data": data | {"unit": "24097"}}
    yield "without a unit", fact | {"data": {k: v for k, v in data.items() if k != "unit"}}
    if "household/" in fact.get("subject", "") and not fact["type"].endswith(
        ("support.delivered.v1", "fact.voided.v1")
    ):
        yield "without its subject", {k: v for k, v in fact.items() if k != "subject"}
    if "milestone" in data:
        yield "with a figure that is no fraction", fact | {"data": data | {"value": 5}}
        yield "over zero", fact | {"data": data | {"line": [5, 0]}}
        yield "with another act", fact | {"data": data | {"act": "gone"}}
        yield "before the first revision", fact | {"data": data | {"revision": 0}}
    if "amount" in data:
        yield "with negative money", fact | {"data": data | {"amount": -1}}
        yield "with money as text", fact | {"data": data | {"amount": "1"}}
    if "traits" in data:
        yield "with a trait twice", fact | {"data": data | {"traits": ["merit", "merit"]}}


def main(schemas, *golden):
    validators = load(pathlib.Path(schemas))
    wrong, seen, count, refused = [], set(), 0, 0
    for where, fact in lines([pathlib.Path(place) for place in golden]):
        count += 1
        seen.add(schema_of(fact))
        validator = validators[schema_of(fact)]
        wrong += [f"{where}: {error.json_path}: {error.message}" for error in validator.iter_errors(fact)]
        for what, changed in damaged(fact):
            refused += 1
            if validator.is_valid(changed):
                wrong.append(f"{where}: {what}, it is still valid")
    wrong += [f"no golden fact of type {kind}" for kind in sorted(set(validators) - seen)]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{len(validators)} schemas, {count} facts, {refused} damaged ones, {len(wrong)} errors")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
