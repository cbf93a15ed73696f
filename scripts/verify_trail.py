"""Verify what was exported from the portal's trail, on any machine: Python 3.9 or newer, and nothing else.

Written from docs/trail-format.md and not from the portal's code, of which it uses nothing: the two check one another.

    verify_trail.py export|segment|consistency FILE ... --key KEY [--checkpoint NOTE ...]

KEY is a public key as it was handed out (name+hash+base64), or a file with one in it; more than one may be given. NOTE
is a checkpoint that you have kept yourself. Exit codes: 0 it holds; 1 it does not; 2 wrong use.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import hmac
import io
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial, reduce
from pathlib import Path
from typing import Any, NamedTuple

csv.field_size_limit(2**31 - 1)  # what an event says can be longer than Python's reader expects
LEAF, NODE, GENESIS = b"\0", b"\1", hashlib.sha256(b"portal trail, link 0").digest()
HASH, KEY_MARK, SIGNATURE = 32, 4, 64  # lengths in bytes
SEGMENT = ("month", "first", "last", "link-before", "link-after", "nodes", "root", "digest", "time")
FIELDS = "at site who role session verb about purpose outcome why address request facts id".split()  # noqa: SIM905  (on one line)
COLUMNS = ["sequence", *FIELDS, "leaf", "checkpoint"]
WHOLE = {"format", "keys", "checkpoint", "made", "filters", "count", "newer", "events"}
MEMBERS = ["how-to-verify.txt", "trail.csv", "trail.json"]
HOW = {"d3223e4ac53fdc52e48bd7968ca3ae27ae3e2bc163ba2460016971fcf94afe75"}  # SHA-256 of the first of MEMBERS
HEADER, DESCRIPTOR, LAST = 30, (16, 24), 22  # lengths in bytes of a zip file's parts (APPNOTE, section 4.3)
BROKEN = (zipfile.BadZipFile, zlib.error, csv.Error)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # with these a spreadsheet begins to compute


class Wrong(Exception):
    """Something does not hold; the message is one sentence."""


# Ed25519 (RFC 8032, section 5.1)
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT_OF_MINUS_ONE = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # extended coordinates: x = X/Z, y = Y/Z, xy = T/Z
Pair = tuple[bytes, bytes]


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    if not scalar:
        return 0, 1, 1, 0
    rest = multiply(scalar >> 1, add(point, point))
    return add(rest, point) if scalar & 1 else rest


def decompress(data: bytes) -> Point:  # section 5.1.3
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign) or len(data) != HASH or y >= P:
        raise Wrong("it holds what is no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:  # section 5.1.7, without the cofactor
    key, r = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = multiply(s, BASE), add(r, multiply(k, key))
    is_same = not any((left[axis] * right[2] - right[axis] * left[2]) % P for axis in (0, 1))
    return is_same and len(signature) == SIGNATURE and s < ORDER


def sha256(*parts: bytes) -> bytes:  # from here on Merkle trees (RFC 9162, section 2.1)
    return hashlib.sha256(b"".join(parts)).digest()


def root_from_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The head to which a path leads; the last node of it stands next to the head."""
    if not 0 <= index < size or (size == 1) is bool(path):
        raise Wrong("the path does not have the length that the place asks for")
    if size == 1:
        return leaf
    k, rest = 1 << ((size - 1).bit_length() - 1), path[:-1]  # the largest power of two that is smaller
    if index < k:
        return sha256(NODE, root_from_path(leaf, index, k, rest), path[-1])
    return sha256(NODE, path[-1], root_from_path(leaf, index - k, size - k, rest))


def roots_from_proof(old: int, new: int, root: bytes, path: list[bytes], *, is_whole: bool = True) -> Pair:
    """The two heads to which a consistency proof leads; it is used up. `is_whole`: no node of the old tree was seen."""
    if old == new and is_whole:
        return root, root
    if not path:
        raise Wrong("the proof is too short")
    node = path.pop()
    if old == new:
        return node, node
    k = 1 << ((new - 1).bit_length() - 1)
    if old <= k:
        before, after = roots_from_proof(old, k, root, path, is_whole=is_whole)
        return before, sha256(NODE, after, node)
    before, after = roots_from_proof(old - k, new - k, root, path, is_whole=False)
    return sha256(NODE, node, before), sha256(NODE, node, after)


def grow(roots: list[bytes], size: int, leaf: bytes) -> None:  # the roots of the complete subtrees, the largest first
    while size & 1:
        leaf, size = sha256(NODE, roots.pop(), leaf), size >> 1
    roots.append(leaf)


def head_of(roots: list[bytes]) -> bytes:
    return reduce(lambda node, left: sha256(NODE, left, node), roots[-2::-1], roots[-1])


class Head(NamedTuple):
    size: int
    root: bytes
    link: bytes
    time: str


from_base64 = partial(base64.b64decode, validate=True)
Keys = dict[bytes, tuple[str, bytes]]  # by key hash: the name of the trail and the public key


def read_key(text: str) -> tuple[bytes, tuple[str, bytes]]:
    name, mark, data = ([*text.strip().split("+", 2), "", ""])[:3]
    raw = from_base64(data)
    computed = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:KEY_MARK]
    if raw[:1] != b"\x01" or len(raw) != 1 + HASH or computed.hex() != mark:
        raise Wrong("it is not a public key of a trail")
    return computed, (name, raw[1:])


def open_note(note: str, keys: Keys) -> list[str]:  # the lines that one of the keys has signed
    body, gap, signatures = note.rpartition("\n\n")
    *words, last = [line.split(" ") for line in signatures.split("\n")]
    if not gap or last != [""] or any(len(each) != 3 or each[0] != "\u2014" for each in words):  # noqa: PLR2004  (dash, name, signature)
        raise Wrong("its signatures are not all lines of that kind")
    found = [data for data in (from_base64(text) for _dash, _name, text in words) if data[:KEY_MARK] in keys]
    if not found:
        raise Wrong("it is signed by none of the keys that were given for its trail")
    if not all(is_signed(keys[data[:KEY_MARK]][1], f"{body}\n".encode(), data[KEY_MARK:]) for data in found):
        raise Wrong("its signature is not of this text")
    return body.split("\n")


def open_own(note: str, keys: Keys) -> list[str]:  # a trail has the name of its keys, and no other speaks for it
    name = note.partition("\n")[0].replace("segment of ", "", 1)
    return open_note(note, {mark: key for mark, key in keys.items() if key[0] == name})


def open_head(note: str, keys: Keys) -> Head:
    lines = open_own(note, keys)
    if [line.partition(" ")[0] for line in lines[3:]] != ["link", "time"] or not lines[1].isdigit():
        raise Wrong("it does not have the lines of a checkpoint")
    return Head(int(lines[1]), from_base64(lines[2]), from_base64(lines[3][5:]), lines[4][5:])


def canonical(value: Any) -> bytes:
    """RFC 8785, for what an event holds: text, whole numbers, yes and no, lists of them, names in ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):  # people and programs could read different things
        raise Wrong("A name stands twice in an object of the file.")
    return dict(pairs)


parse = partial(json.loads, object_pairs_hook=once)


def check_entry(entry: dict[str, Any], head: Head, *, after: int) -> None:
    """One event of an export: it was in the tree, and its references mean whom the file says."""
    event, sequence = entry["event"], entry["sequence"]
    is_fit = set(entry) - {"people"} == {"sequence", "event", "path"} and set(event) == {"v", *FIELDS}
    if not is_fit or type(sequence) is not int or type(event["v"]) is not int or event["v"] != 1:
        raise Wrong("An event of the file does not have the names that an event has.")
    if sequence <= after:
        raise Wrong(f"Event {sequence} stands behind event {after}.")
    path = [bytes.fromhex(node) for node in entry["path"]]
    try:
        if root_from_path(sha256(LEAF, canonical(event)), sequence - 1, head.size, path) != head.root:
            raise Wrong("the path does not lead to the head")
    except Wrong as problem:
        raise Wrong(f"Event {sequence} is not proven: {problem}.") from None
    for name, meant in entry.get("people", {}).items():
        if name not in ("who", "address") or set(meant) != {"kind", "value", "key"}:
            raise Wrong(f"Event {sequence} names people where it has none.")
        text = (meant["kind"] + "\0" + meant["value"]).encode()
        made = base64.urlsafe_b64encode(hmac.new(bytes.fromhex(meant["key"]), text, hashlib.sha256).digest())
        if made.rstrip(b"=").decode() != event[name]:
            raise Wrong(f"Event {sequence} does not mean the {meant['kind']} that the file says.")


def entries_of(file: Any) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """What stands before the events, and the events one by one: line by line if it is laid out so, else as a whole."""
    first = file.readline()
    is_by_line = first.endswith('"events":[\n')
    whole = parse(first + ("]}" if is_by_line else file.read()))
    if set(whole) != WHOLE or whole["format"] != "portal-trail-export/1" or type(whole["count"]) is not int:
        raise Wrong("The file does not have the names that an export has.")
    return whole, _by_line(file) if is_by_line else iter(whole["events"])


def _by_line(file: Any) -> Iterator[dict[str, Any]]:
    for line in file:
        if line.rstrip("\n") == "]}" and not file.read(1):
            return
        if line.strip():
            yield parse(line.rstrip("\n").removesuffix(","))
    raise Wrong("The file was cut short.")


def verify_export(paths: list[Path], keys: Keys, kept: list[Head]) -> str:
    with paths[0].open("rb") as begin, paths[0].open(encoding="utf-8", newline="\n") as text:
        if begin.read(4) != b"PK\3\4":
            return _verify_entries(text, None, keys, kept)
        with zipfile.ZipFile(begin) as archive:
            if not holds_nothing_else(archive, begin):
                raise Wrong("The archive does not hold the three files of an export and nothing else.")
            rows = csv.reader(io.TextIOWrapper(archive.open("trail.csv"), "utf-8-sig", newline=""))
            events = io.TextIOWrapper(archive.open("trail.json"), "utf-8", newline="\n")
            return _verify_entries(events, rows, keys, kept)


def holds_nothing_else(archive: zipfile.ZipFile, file: Any) -> bool:
    """Three files, one behind the other from the first byte on, then the directory and the end: no gap, no comment."""
    ends = [0]
    for one in sorted(archive.infolist(), key=lambda each: each.header_offset):
        if one.header_offset not in ends:
            return False
        file.seek(one.header_offset + HEADER - 4)
        names = int.from_bytes(file.read(2), "little") + int.from_bytes(file.read(2), "little")
        end = one.header_offset + HEADER + names + one.compress_size
        ends = [end + length for length in DESCRIPTOR] if one.flag_bits & 8 else [end]
    file.seek(-LAST, io.SEEK_END)
    is_end = archive.start_dir in ends and file.read(4) == b"PK\5\6" and not archive.comment
    return is_end and sorted(archive.namelist()) == MEMBERS and sha256(archive.read(MEMBERS[0])).hex() in HOW


def _verify_entries(file: Any, rows: Any, keys: Keys, kept: list[Head]) -> str:
    about, entries = entries_of(file)
    head = open_head(about["checkpoint"], keys)
    warning = hold_against(head, kept)
    count, last = 0, 0
    if rows is not None and next(rows, None) != COLUMNS:
        raise Wrong("The table does not have the columns of an export.")
    for count, entry in enumerate(entries, start=1):  # noqa: B007  (their number is wanted afterwards)
        check_entry(entry, head, after=last)
        last = entry["sequence"]
        if rows is not None and next(rows, None) != [cell(entry, column, head) for column in COLUMNS]:
            raise Wrong(f"The table does not tell of event {entry['sequence']} what the event says.")
    if count != about["count"] or (rows is not None and next(rows, None) is not None):
        raise Wrong("There are not as many events as the file says.")
    return f"All {count} events were in the trail when checkpoint {head.size} was signed at {head.time}." + warning


def cell(entry: dict[str, Any], column: str, head: Head) -> str:
    """What the table must show of an event. Where a spreadsheet would see a formula, an apostrophe stands before it."""
    event = entry["event"]
    fixed = {"sequence": entry["sequence"], "leaf": sha256(LEAF, canonical(event)).hex(), "checkpoint": head.size}
    if column in fixed:
        return str(fixed[column])
    meant = entry.get("people", {}).get(column)
    value = canonical(event["facts"]).decode() if column == "facts" else str(meant["value"] if meant else event[column])
    return "'" + value if value.startswith(FORMULA) else value


def hold_against(head: Head, kept: list[Head]) -> str:
    if any(own.size == head.size and (own.root, own.link) != (head.root, head.link) for own in kept):
        raise Wrong(f"Your own checkpoint of {head.size} events has another head: the trail was rewritten.")
    words = " None of your own checkpoints is of that size: ask for a proof of consistency."
    return "" if not kept or head.size in {own.size for own in kept} else words


def verify_segments(paths: list[Path], keys: Keys, kept: list[Head]) -> str:  # in their order, with their notes
    end: tuple[int, bytes, list[bytes]] | None = None
    held: set[int] = set()
    for path in paths:
        stated = read_segment(path.with_suffix(".note").read_text(encoding="utf-8"), keys)
        begin = (stated["first"] - 1, stated["link-before"], stated["nodes"])
        if begin != (end or begin) or (begin[0] == 0 and begin[1:] != (GENESIS, [])):
            raise Wrong(f"{path.name} does not follow on what is before it.")
        end = _walk(path, stated, kept)
        held.update(head.size for head in kept if begin[0] < head.size <= end[0])
    rest = sorted({head.size for head in kept} - held)
    warning = f" Held against nothing, since the files do not reach them: your checkpoints of {rest}." if rest else ""
    return f"{len(paths)} segments hold, up to event {end[0] if end else 0}." + warning


def _walk(path: Path, stated: dict[str, Any], kept: list[Head]) -> tuple[int, bytes, list[bytes]]:
    size, link, nodes, digest = stated["first"] - 1, stated["link-before"], list(stated["nodes"]), hashlib.sha256()
    own = {head.size for head in kept}
    with path.open("rb") as file:
        for line in file:
            digest.update(line)
            text, _gap, event = line.rstrip(b"\n").partition(b" ")
            leaf = sha256(LEAF, event)
            if text != leaf.hex().encode():
                raise Wrong(f"Event {size + 1} is not the one that was sealed at this place.")
            grow(nodes, size, leaf)
            size, link = size + 1, sha256(b"\2", link, (size + 1).to_bytes(8, "big"), leaf)
            if size in own:
                hold_against(Head(size, head_of(nodes), link, ""), kept)
    end = [stated[name] for name in ("last", "link-after", "root", "digest")]
    if [size, link, head_of(nodes), digest.digest()] != end:
        raise Wrong(f"{path.name} is not the file whose note was signed.")
    return size, link, nodes


def read_segment(note: str, keys: Keys) -> dict[str, Any]:
    first, *lines = open_own(note, keys)
    stated: dict[str, Any] = {line.partition(" ")[0]: line.partition(" ")[2] for line in lines}
    if tuple(stated) != SEGMENT or len(lines) != len(SEGMENT) or not first.startswith("segment of "):
        raise Wrong("it is not the note of a segment of this trail")
    for name in SEGMENT[1:-1]:
        stated[name] = int(stated[name]) if name in ("first", "last") else from_base64(stated[name])
    stated["nodes"] = [stated["nodes"][at : at + 32] for at in range(0, len(stated["nodes"]), 32)]
    return stated


def verify_consistency(paths: list[Path], keys: Keys, kept: list[Head]) -> str:
    proof = parse(paths[0].read_text(encoding="utf-8"))
    if set(proof) != {"format", "keys", "old", "new", "path"} or proof["format"] != "portal-trail-consistency/1":
        raise Wrong("The file does not have the names that a proof of consistency has.")
    old, new = open_head(proof["old"], keys), open_head(proof["new"], keys)
    for own in kept:
        if own.size not in (old.size, new.size):
            raise Wrong(f"Your own checkpoint of {own.size} events is neither of the two: ask for a proof from it.")
        hold_against(old if own.size == old.size else new, [own])
    nodes, is_fit = [bytes.fromhex(node) for node in proof["path"]], 0 < old.size <= new.size
    if not is_fit or roots_from_proof(old.size, new.size, old.root, nodes) != (old.root, new.root) or nodes:
        raise Wrong("The trail of the newer checkpoint does not begin with that of the older.")
    return f"The trail of checkpoint {old.size} is the beginning of that of checkpoint {new.size}."


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["export", "segment", "consistency"])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--key", action="append", required=True, help="a public key that you trust, or a file with one")
    parser.add_argument("--checkpoint", action="append", default=[], type=Path, help="a checkpoint that you have kept")
    chosen = parser.parse_args(given)
    if chosen.what != "segment" and len(chosen.files) > 1:
        parser.error(f"{chosen.what} takes one file")
    return chosen


def trusted(given: list[str]) -> Keys:  # what is no key is wrong use, and ends the program
    try:
        texts = [Path(key).read_text(encoding="utf-8") if Path(key).is_file() else key for key in given]
        return dict(read_key(text) for text in texts)
    except (Wrong, ValueError):
        print("A key cannot be used: it is not a public key of a trail.", file=sys.stderr)
        sys.exit(2)


def main(given: list[str] | None = None) -> int:  # gives the exit code
    chosen = arguments(given)
    try:
        keys = trusted(chosen.key)
        kept = [open_head(path.read_text(encoding="utf-8"), keys) for path in chosen.checkpoint]
        ways = {"export": verify_export, "segment": verify_segments, "consistency": verify_consistency}
        print(ways[chosen.what](chosen.files, keys, kept))
    except OSError as problem:
        print(f"{problem.filename} cannot be read: {problem.strerror}.", file=sys.stderr)
        return 2
    except Wrong as problem:
        print(f"WRONG: {problem}")
        return 1
    except (ValueError, LookupError, TypeError, AttributeError, RuntimeError, EOFError, *BROKEN):
        print("WRONG: the file is not one of a trail, or was cut short or changed.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
