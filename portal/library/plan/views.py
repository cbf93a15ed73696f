"""The plan on Front: the grid, one sector, one cell with its comments, and a member's own comments."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal import audit
from portal.access import refusals
from portal.access.viewer import viewer_of
from portal.audit import Verb
from portal.core.listings import paginate
from portal.library.documents import remember
from portal.library.models import PlanCell, PlanPart, PlanVersion
from portal.library.plan import cells, comments
from portal.library.plan.forms import CommentForm
from portal.library.plan.page_of_cell import ShownCell, shown_to
from portal.members import tallies
from portal.members.requests import person_of
from portal.vocabulary.models import Sector

MOST_SHOWN = 20  # of a member's own comments on the page of one cell


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """The grid: every sector by every part, with what of it is for the viewer."""
    grid = cells.grid_of(PlanCell.objects.readable_by(viewer_of(request)))
    return render(request, "plan/plan.html", {"grid": grid, "sources": _sources(grid.parts)})


@require_safe
def sector(request: HttpRequest, slug: str) -> HttpResponse:
    """One sector's plan, part by part."""
    row = get_object_or_404(cells.sectors(), slug=slug)
    found = PlanCell.objects.readable_by(viewer_of(request)).filter(sector=row)
    grid = cells.grid_of(found, among=[row])
    return render(request, "plan/sector.html", {"sector": row, "squares": grid.squares})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cell(request: HttpRequest, slug: str, part: str) -> HttpResponse:
    """One cell. One that is not for the viewer looks like one that nobody has begun."""
    shown = _shown(request, get_object_or_404(cells.sectors(), slug=slug), get_object_or_404(PlanPart, slug=part))
    if request.method == "POST":
        return _comment(request, shown)
    if shown.square.cell is not None:
        tallies.record_read(request, shown.square.cell)
        for document in shown.opened:
            remember(request, document)
    return _page(request, shown, None)


@login_required
@require_safe
@never_cache
def own_comments(request: HttpRequest) -> HttpResponse:
    """A member's own comments, with what was answered."""
    listing = paginate(comments.of_person(_member(request)), page=request.GET.get("page", ""))
    return render(request, "plan/comments.html", {"listing": listing})


def _shown(request: HttpRequest, sector_row: Sector, part: PlanPart) -> ShownCell:
    viewer, about = viewer_of(request), {"sector": sector_row, "part": part}
    found = PlanCell.objects.readable_by(viewer).filter(**about).select_related("owner").first()
    if found is None:
        refusals.tell_of_missing(PlanCell.objects.all(), viewer, **about)
    return shown_to(viewer, cells.square_of(found, sector_row, part))


def _member(request: HttpRequest) -> Any:
    viewer = viewer_of(request)
    if not viewer.is_member:
        raise Http404
    return viewer


def _comment(request: HttpRequest, shown: ShownCell) -> HttpResponse:
    """Take a comment. What was typed is kept on the page when it is refused."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    _member(request)
    form = CommentForm(request.POST)
    version = _version(shown, request.POST.get("version", ""))
    if form.is_valid() and _is_taken(form, version, person_of(request).pk):
        comments.receive(version, person_of(request).pk, form.said())
        audit.record(Verb.PLAN_COMMENT, version)
        messages.success(request, _("Your comment was sent. The owner answers it, and you are told by mail."))
        return redirect(request.path)
    return _page(request, shown, form, status=422)


def _version(shown: ShownCell, key: str) -> PlanVersion:
    """The version that the form was about. Raises `Http404` for one whose document is not for this viewer."""
    rows = [one.version for one in (*shown.present, *shown.earlier) if one.document is not None]
    version = next((row for row in rows if str(row.pk) == key), None)
    if version is None:
        raise Http404
    return version


def _is_taken(form: CommentForm, version: PlanVersion, person: int) -> bool:
    """Whether a comment is taken now; if not, the form says why."""
    if not version.takes_comments():
        form.add_error(None, _closed(version))
        return False
    if comments.has_too_many(version, person):
        form.add_error(None, _("Twenty of your comments on this version wait for an answer. Please wait for some."))
        return False
    return True


def _closed(version: PlanVersion) -> str:
    if version.is_in_the_making and version.comments_until:
        day = cells.in_words(version.comments_until)
        return _("Comments were taken until %(day)s. Yours was not sent; your words are still below.") % {"day": day}
    return _("Comments on this version are closed. Yours was not sent; your words are still below.")


def _page(request: HttpRequest, shown: ShownCell, form: CommentForm | None, *, status: int = 200) -> HttpResponse:
    viewer, made = viewer_of(request), shown.made
    is_open = bool(viewer.is_member and made and made.version.takes_comments())
    found = shown.square.cell
    own = comments.of_person(viewer).filter(version__cell=found)[:MOST_SHOWN] if found and viewer.is_member else []
    context = {
        "shown": shown,
        "square": shown.square,
        "cell": found,
        "page_label": shown.label,
        "is_open": is_open,
        "form": form or (CommentForm(initial={"version": made.version.pk}) if is_open and made else None),
        "own": own,
    }
    return render(request, "plan/cell.html", context, status=status)


def _sources(parts: list[PlanPart]) -> list[str]:
    """Where the parts come from, each source once."""
    return list(dict.fromkeys(part.source for part in parts if part.source))
