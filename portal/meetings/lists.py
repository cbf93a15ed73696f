"""The list of meetings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.access.viewer import Viewer, viewer_of
from portal.core.filters import ListFilter, any_of
from portal.core.listings import address_without, paginate
from portal.meetings.enums import MeetingKind, State
from portal.meetings.models import Meeting
from portal.members.models import Community

PAGE_SIZE = 20


class MeetingFilter(ListFilter):
    """What the list is narrowed to."""

    when = forms.ChoiceField(label=_("When"), required=False, choices=[("", _("Coming")), ("past", _("Past"))])
    committee = forms.ChoiceField(label=_("Committee"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=any_of(_("All kinds"), MeetingKind.choices))

    def __init__(self, data: QueryDict, viewer: Viewer) -> None:
        super().__init__(data)
        known = Community.objects.known_to(viewer.person).filter(meetings__in=readable(viewer)).distinct()
        self.offer("committee", any_of(_("All committees"), list(known.values_list("slug", "name"))))

    def narrow(self, rows: Any) -> Any:
        if self.is_off_the_list:
            return rows.none()
        rows = rows.past() if self.value("when") == "past" else rows.upcoming()
        if self.value("committee"):
            rows = rows.filter(committee__slug=self.value("committee"))
        return rows.filter(kind=self.value("kind")) if self.value("kind") else rows


def readable(viewer: Viewer) -> Any:
    """The meetings that a viewer may read; a draft is nobody's outside Desk."""
    return Meeting.objects.readable_by(viewer).exclude(state=State.DRAFT)


@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """What is coming, or what was; public ones for everybody."""
    viewer = viewer_of(request)
    chosen = MeetingFilter(request.GET, viewer)
    listing = paginate(
        chosen.narrow(readable(viewer)).with_names(),
        page=request.GET.get("page", ""),
        filter_form=chosen,
        active_filters=chosen.active(),
        page_size=PAGE_SIZE,
    )
    context = {
        "listing": listing,
        "is_past": chosen.value("when") == "past",
        "querystring_without_page": address_without(request.GET, "page").removeprefix("?"),
    }
    return render(request, "meetings/meetings.html", context)
