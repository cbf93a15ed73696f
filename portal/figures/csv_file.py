"""Tables of figures as a CSV that no spreadsheet program takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from django.http import HttpResponse
from django.utils.translation import gettext as _

from portal.figures.enums import RowKind
from portal.figures.tables import Row, Table

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")  # with these a spreadsheet program may begin a formula
FULL_WIDTH = "\uff1d\uff0b\uff0d\uff20"  # which some programs read as the first four


def answer(tables: Iterable[Table], *, year: int, name: str) -> HttpResponse:
    """The tables as one file, a row for each number, with the definition beside each."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    heads = (_("Year"), _("Measure"), _("Breakdown"), _("Row"), _("Number"), _("Unit"), _("Definition"), _("Source"))
    writer.writerow(heads)
    writer.writerows(line for table in tables for line in _lines(table, year))
    response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")  # or Excel guesses
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _lines(table: Table, year: int) -> Iterator[list[str]]:
    words = [str(text) for text in (table.unit, table.definition, table.source)]
    for row in table.rows:
        cells = [str(year), str(table.title), row.label, str(RowKind(row.kind).label), _number(row), *words]
        yield [harmless(cell) for cell in cells]


def _number(row: Row) -> str:
    if row.number is None:
        return ""
    return str(row.number.quantize(1) if row.number == row.number.to_integral_value() else row.number)


def harmless(text: str) -> str:
    """A cell that no spreadsheet program runs, whatever stands before what begins a formula."""
    return f"'{text}" if text.lstrip().startswith((*RISKY, *FULL_WIDTH)) or text.startswith(RISKY) else text
