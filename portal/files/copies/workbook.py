"""Workbooks: each sheet as a table of the values that were last computed."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # it has none
from openpyxl.utils import exceptions  # type: ignore[import-untyped]  # as above

from portal.files import wire
from portal.files.child import NoCopyPossible
from portal.files.copies import ooxml
from portal.files.enums import Finding, Kind, Removed, Title, Trouble
from portal.files.examine import LARGEST_PART, Package
from portal.files.wire import Delivery

_MOST_SHEETS = 60
_FORMULA = (b"<f>", b"<f ", b"<x:f>", b"<x:f ")
_SAMPLE = 2 * 1024 * 1024


def maker(kind: Kind) -> Callable[[bytes, Delivery], None]:
    warnings.simplefilter("ignore")
    return copy


def copy(data: bytes, out: Delivery) -> None:
    """Raises `NoCopyPossible` for what is no workbook."""
    package = Package(data, out)
    ooxml.tell(package, out)
    ooxml.look_outside(package, out)
    _look_through(package, out)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except (exceptions.InvalidFileException, KeyError, ValueError, OSError, TypeError, AttributeError):
        raise NoCopyPossible(Trouble.DAMAGED) from None
    sheets = [book[name] for name in book.sheetnames]
    for number, sheet in enumerate(sheets[:_MOST_SHEETS], 1):
        if hasattr(sheet, "iter_rows"):  # a sheet may be a chart
            out.table(_rows(sheet), title=Title.SHEET, number=number, name=sheet.title)
    if len(sheets) > _MOST_SHEETS:
        out.cut_short(Removed.PAGES)


def _rows(sheet: Any) -> Iterator[list[str]]:
    """Without empty rows, of which a hostile or careless sheet has a million."""
    sheet.reset_dimensions()
    looked_at = sheet.iter_rows(max_row=wire.MOST_ROWS * 4, max_col=wire.MOST_COLUMNS + 1, values_only=True)
    rows = (_written(row) for row in looked_at)
    return islice((row for row in rows if row), wire.MOST_ROWS + 1)


def _written(values: Iterable[object]) -> list[str]:
    cells = ["" if value is None else str(value) for value in values]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _look_through(package: Package, out: Delivery) -> None:
    if package.unpacked_size("xl/sharedStrings.xml") > LARGEST_PART:
        raise NoCopyPossible(Trouble.TOO_COMPLEX)
    for name in sorted(package.names):
        if name.startswith("xl/worksheets/") and name.endswith(".xml") and package.unpacked_size(name) <= _SAMPLE:
            if any(mark in package.read(name) for mark in _FORMULA):
                out.removed(Removed.FORMULAS)
        elif name.startswith("xl/externalLinks/") and name.endswith(".xml"):
            out.removed(Removed.LINKS)
            if b"ddeLink" in package.read(name):
                out.finding(Finding.LAUNCH)
        elif name.startswith("xl/comments"):
            out.removed(Removed.REVISIONS)
