"""The released figures, for everybody: what was released, and nothing else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.figures import csv_file, pages, tables
from portal.figures.models import Edition

LAST_YEAR = 9999


@require_safe
def years(request: HttpRequest) -> HttpResponse:
    """The years that were released, the newest first."""
    return render(request, "figures/years.html", {"editions": _released()})


@require_safe
def of_year(request: HttpRequest, year: int) -> HttpResponse:
    """The figures of a year. One that was not released, or was withdrawn, answers like one that never was."""
    edition = _edition(year)
    context = {
        "edition": edition,
        "sections": pages.sections(tables.released(edition), floor=edition.floor),
        "editions": _released(),
    }
    return render(request, "figures/year.html", context)


@require_safe
def csv_of_year(request: HttpRequest, year: int) -> HttpResponse:
    edition = _edition(year)
    return csv_file.answer(tables.released(edition), year=year, name=f"partnership-figures-{year}.csv")


def _released() -> list[Edition]:
    return list(Edition.objects.current().on_front())


def _edition(year: int) -> Edition:
    edition: Edition = get_object_or_404(Edition.objects.current().on_front(), year=min(year, LAST_YEAR))
    return edition
