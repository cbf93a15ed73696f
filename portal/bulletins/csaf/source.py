"""From a path to the values of a JSON text, trusting neither the file system nor the file."""

import json
import math
import os
import re
import stat
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any, Final

from portal.bulletins.csaf.errors import (
    ControlCharacters,
    CutOff,
    DuplicateKey,
    NotFinite,
    NotJson,
    NotReadable,
    NotUtf8,
    TooDeep,
    TooLarge,
    TooMany,
)

MEGABYTE: Final = 1024 * 1024
LARGEST_FILE: Final = 10 * MEGABYTE
# CSAF advises against product trees deeper than 30 branches; each takes an object and a list.
DEEPEST_NESTING: Final = 70
# The largest advisory of the public archive (544 vulnerabilities, a megabyte) has some 40,000 values.
MOST_VALUES: Final = 1_000_000
LONGEST_STRING: Final = 100_000
LONGEST_NUMBER: Final = 30

# All but tab and line breaks; DEL; halves of surrogate pairs. No text has them, and no database takes them.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

Json = Any


def load(source: Path | bytes, *, name: str, largest: int) -> dict[str, Json]:
    """Read one JSON object. Raises the `Refused` that says what is wrong; reads no byte of what is too large."""
    content = _content(source, name=name, largest=largest) if isinstance(source, Path) else source
    if len(content) > largest:
        raise TooLarge(name, limit=_size(largest))
    values = _parse(_text(content, name=name), name=name)
    _inspect(values, name=name)
    if not isinstance(values, dict):
        raise NotJson(name, line=1, what="it holds no object")
    return values


def _content(path: Path, *, name: str, largest: int) -> bytes:
    try:
        # Asked before opening too: to open a pipe waits, and to open some devices does something.
        _require_file(path.stat(), name=name, largest=largest)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            _require_file(os.fstat(descriptor), name=name, largest=largest)
            return file.read(largest + 1)
    except (OSError, ValueError) as problem:
        raise NotReadable(name, what=getattr(problem, "strerror", None) or "no such name") from problem


def _require_file(facts: os.stat_result, *, name: str, largest: int) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise NotReadable(name, what="a folder" if stat.S_ISDIR(facts.st_mode) else "a device or a pipe")
    if facts.st_size > largest:
        raise TooLarge(name, limit=_size(largest))


def _text(content: bytes, *, name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise NotUtf8(name) from problem
    # Counted before parsing: ten megabytes of '[],' would become half a gigabyte of lists.
    if sum(map(text.count, "[{,")) > MOST_VALUES:
        raise TooMany(name, what="the list of values", limit=f"{MOST_VALUES:,}")
    return text


def _parse(text: str, *, name: str) -> Json:
    number = partial(_number, name=name)
    try:
        return json.loads(
            text,
            object_pairs_hook=partial(_unique, name=name),
            parse_constant=number,
            parse_int=number,
            parse_float=number,
        )
    except RecursionError:
        # Not chained: the traceback alone would be as long as the nesting is deep.
        raise TooDeep(name, limit=DEEPEST_NESTING) from None
    except json.JSONDecodeError as problem:
        if problem.pos >= len(text.rstrip()) or problem.msg.startswith("Unterminated string"):
            raise CutOff(name) from problem
        raise NotJson(name, line=problem.lineno, what=problem.msg) from problem


def _number(literal: str, *, name: str) -> Decimal | int:
    try:
        value = Decimal(literal)
    except InvalidOperation:
        value = Decimal("NaN")
    if len(literal) > LONGEST_NUMBER or not value.is_finite() or math.isinf(float(value)):
        raise NotFinite(name, what=literal)
    # '7' and '7.0' are one number, and must give one content hash.
    return int(value) if value == value.to_integral_value() else value


def _unique(pairs: list[tuple[str, Json]], *, name: str) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise DuplicateKey(name, key=key)
        found[key] = value
    return found


def _inspect(values: Json, *, name: str) -> None:
    """Look at every value once: depth, length, characters. Without recursion, so that depth cannot hurt it."""
    waiting: list[tuple[str, int, Json]] = [("", 1, values)]
    while waiting:
        path, depth, value = waiting.pop()
        if depth > DEEPEST_NESTING:
            raise TooDeep(name, limit=DEEPEST_NESTING)
        if isinstance(value, str):
            _inspect_string(value, path, name=name)
        elif isinstance(value, list):
            waiting += ((f"{path}[{index}]", depth + 1, item) for index, item in enumerate(value))
        elif isinstance(value, dict):
            for key, item in value.items():
                _inspect_string(key, f"a key in {path or 'the file'}", name=name)
                waiting.append((f"{path}.{key}" if path else key, depth + 1, item))


def _inspect_string(value: str, path: str, *, name: str) -> None:
    if len(value) > LONGEST_STRING:
        raise TooMany(name, what=path, limit=f"{LONGEST_STRING:,} characters")
    if _CONTROL.search(value):
        raise ControlCharacters(name, where=path)


def _size(limit: int) -> str:
    return f"{limit // MEGABYTE} MB" if limit >= MEGABYTE else f"{limit:,} bytes"
