"""Comments on the plan on Desk: those that wait, and one of them, opened and answered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.core import queues
from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.core.rows import LARGEST_KEY
from portal.library.models import PlanComment
from portal.library.plan import actions, comments, entitled
from portal.library.plan.desk_forms import AnswerForm
from portal.members.requests import person_of
from portal.members.roles import for_roles


@for_roles(*entitled.OWNERS)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Comments that wait for this person, the oldest on top; with `?all` the answered ones as well."""
    is_all = request.GET.get("all") is not None
    rows = entitled.comments_of(person_of(request)).defer("words")
    rows = rows.order_by("-at", "-pk") if is_all else rows.waiting().order_by("at", "pk")
    related = rows.select_related("version__cell__sector", "version__cell__part", "person")
    listing = paginate(related, page=request.GET.get("page", ""))
    context = {"listing": listing, "is_all": is_all, "querystring": "all" if is_all else ""}
    return render(request, "desk/plan/comments.html", context)


@for_roles(*entitled.OWNERS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """One comment, opened, and its answer."""
    row = _get(request, pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _answer(request, row, form):
        return redirect("desk_plan_comments")
    context = {"comment": row, "words": _words(row), "document": row.version.document, "form": form}
    return render(request, "desk/plan/comment.html", context, status=422 if form.errors else 200)


def _words(row: PlanComment) -> str | None:
    return comments.opened(row) if row.purged_at is None else None


def _get(request: HttpRequest, pk: int) -> PlanComment:
    if pk > LARGEST_KEY:
        raise Http404
    rows = entitled.comments_of(person_of(request))
    related = rows.select_related("version__cell__sector", "version__cell__part", "version__document", "person")
    row: PlanComment = get_object_or_404(related.select_related("answered_by"), pk=pk)
    return row


def _answer(request: HttpRequest, row: PlanComment, form: AnswerForm) -> bool:
    try:
        actions.AnswerComment(comment=row, by=person_of(request), **form.cleaned_data).execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Answered. Its author is told by mail that there is an answer."))
    return True


@queues.source(order=55)
def plan_queues(person: Any) -> list[queues.Queue]:
    """What of the plan waits for a person: comments without an answer, and parts that are overdue."""
    if not person.has_role(*entitled.OWNERS):
        return []
    mine = entitled.cells_of(person)
    if not person.has_role(*entitled.MANAGERS) and not mine.exists():
        return []
    unanswered = entitled.comments_of(person).waiting().count()
    overdue = mine.filter(due_on__lt=timezone.localdate()).count()
    return [
        queues.Queue(gettext_lazy("Comments on the protection plan"), reverse("desk_plan_comments"), unanswered),
        queues.Queue(gettext_lazy("Protection plan: versions overdue"), reverse("desk_plan"), overdue, overdue),
    ]


@queues.place_source(order=55)
def plan_places(person: Any) -> list[queues.Place]:
    if not person.has_role(*entitled.OWNERS):
        return []
    return [queues.Place(gettext_lazy("Protection plan"), reverse("desk_plan"))]
