#!/usr/bin/env python3
"""Checks a proof file from the specifications alone: that a fact is in a signed journal.

    check_proof.py PROOF --fact FILE --key FILE.pub

C2SP tlog-proof, tlog-checkpoint and signed-note; RFC 6962, section 2.1. Only the Ed25519
signature is left to a library. Exits with 1 and the reason when the proof does not hold.
"""

import argparse
import base64
import hashlib
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\x01"


class Refused(Exception):
    """Why the proof does not hold."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def need(holds, why):
    if not holds:
        raise Refused(why)


def decoded(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 that is not canonical")
    return data


def number(text):
    need(text.isascii() and text.isdigit() and str(int(text)) == text, f"no number: {text}")
    return int(text)


def public_key(text):
    """Name, key id and key of `<name>+<hash>+<base64>`."""
    name, key_id, key = text.removesuffix("\n").split("+", 2)
    key = decoded(key)
    need(key[:1] == ED25519 and len(key) == 33, "not an Ed25519 key")
    computed = sha256(name.encode(), b"\n", key)[:4]
    need(computed.hex() == key_id, "the key does not have its hash")
    return name, computed, Ed25519PublicKey.from_public_bytes(key[1:])


def open_note(note, key):
    """The text of a note that the key has signed."""
    name, key_id, public = key
    need(not any(c < " " and c != "\n" for c in note), "control characters")
    body, blank, lines = note.rpartition("\n\n")
    need(blank and lines.endswith("\n"), "no signatures")
    text, signed = body + "\n", False
    for line in lines[:-1].split("\n"):
        dash, signer, signature = line.split(" ")
        signature = decoded(signature)
        need(dash == "\u2014" and len(signature) > 4, "no signature line")
        if (signer, signature[:4]) == (name, key_id):
            public.verify(signature[4:], text.encode())
            signed = True
    need(signed, "the key has not signed")
    return text


def root_of(leaf, index, size, path):
    """The root that a path leads to: RFC 6962, section 2.1.1, backwards."""
    need(index < size, "no such leaf")
    if size == 1:
        need(not path, "the path is too long")
        return leaf
    need(path, "the path is too short")
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha256(b"\x01", root_of(leaf, index, half, path[:-1]), path[-1])
    return sha256(b"\x01", path[-1], root_of(leaf, index - half, size - half, path[:-1]))


def check(proof, fact, key):
    """The origin, the size and the position, from 1, that the proof shows the fact to be at."""
    head, blank, note = proof.partition("\n\n")
    need(blank, "no checkpoint")
    version, *lines = head.split("\n")
    need(version == "c2sp.org/tlog-proof@v1", "no proof file")
    if lines and lines[0].startswith("extra "):
        decoded(lines.pop(0).removeprefix("extra "))
    need(lines and lines[0].startswith("index "), "no index")
    index = number(lines[0].removeprefix("index "))
    path = [decoded(line) for line in lines[1:]]
    need(all(len(node) == 32 for node in path), "a hash that is none")

    text = open_note(note, key)
    origin, size, root, *extensions = text.removesuffix("\n").split("\n")
    need(all([origin, *extensions]), "an empty line")
    need(origin == key[0] or origin.startswith(key[0] + "/"), "another's journal")
    size = number(size)
    need(root_of(sha256(b"\x00", fact), index, size, path) == decoded(root), "another root")
    return origin, size, index + 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("proof", type=Path)
    parser.add_argument("--fact", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    args = parser.parse_args()
    try:
        proof = args.proof.read_bytes().decode()
        key = public_key(args.key.read_text(encoding="utf-8"))
        origin, size, position = check(proof, args.fact.read_bytes(), key)
    except InvalidSignature:
        sys.exit("the signature is bad")
    except (Refused, ValueError) as why:
        sys.exit(f"refused: {why}")
    print(f"{origin} {size} {position}")


if __name__ == "__main__":
    main()
