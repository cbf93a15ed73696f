"""What editors see in Wagtail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.admin.widgets import SlugInput
from wagtail.models import Page

from portal.members.widgets import PeopleByAddress


class AudiencePanel(Panel):
    """Who will be able to read this: not a setting but a sentence and a number, which change as one edits."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "desk/audience_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            from portal.members.audience import report

            context: dict[str, Any] = super().get_context_data(parent_context)
            return {**context, "report": report(self.instance.marking())}


def _ticked(name: str) -> FieldPanel:
    """Several of a list, each ticked: in a list to be chosen from, one click without a key drops all the others."""
    return FieldPanel(name, widget=forms.CheckboxSelectMultiple)


def marking_panel() -> ObjectList:
    """The tab that decides who can read a page."""
    return ObjectList(
        [
            AudiencePanel(heading=_("Who will be able to read this")),
            FieldRowPanel([FieldPanel("tlp"), FieldPanel("reach")]),
            MultiFieldPanel(
                [
                    _ticked("audience_communities"),
                    _ticked("audience_organisations"),
                    FieldPanel(
                        "audience_people",
                        widget=PeopleByAddress(attrs={"rows": 3}),
                        help_text=_("Their work e-mail addresses, one a line."),
                    ),
                ],
                _("Audience"),
            ),
            FieldRowPanel([FieldPanel("law_enforcement_sensitive"), FieldPanel("for_official_use_only")]),
            FieldRowPanel([FieldPanel("visible_from"), FieldPanel("expires_at")]),
        ],
        heading=_("Who can read this"),
    )


def bulletin_edit_handler() -> TabbedInterface:
    content = [
        TitleFieldPanel("title"),
        FieldPanel("safe_title"),
        FieldPanel("summary"),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("severity")]),
        FieldPanel("body"),
        MultiFieldPanel([FieldPanel("is_callout"), FieldPanel("watch_for"), FieldPanel("watch_until")], _("Call-out")),
    ]
    facts = [
        FieldRowPanel([FieldPanel("number"), FieldPanel("originator")]),
        FieldPanel("source_reference"),
        _ticked("sectors"),
        FieldPanel("is_cross_sector"),
        _ticked("counties"),
        FieldRowPanel([FieldPanel("event_date"), FieldPanel("issued_at"), FieldPanel("revised_at")]),
        FieldRowPanel([FieldPanel("cvss_score"), FieldPanel("cvss_version")]),
        InlinePanel("cves", [FieldPanel("cve")], label=_("CVE")),
        InlinePanel(
            "changes", [FieldPanel("date"), FieldPanel("number"), FieldPanel("summary")], label=_("line of the history")
        ),
        FieldPanel("supersedes"),
        FieldPanel("slug", widget=SlugInput),
    ]
    record = [
        FieldPanel("handling"),
        FieldPanel("closure_basis"),
        FieldPanel("has_no_closure_basis"),
        FieldPanel("sources"),
    ]
    return TabbedInterface(
        [
            ObjectList(content, heading=_("Text")),
            ObjectList(facts, heading=_("Facts")),
            marking_panel(),
            ObjectList(record, heading=_("Handling and record")),
        ]
    )


def guidance_edit_handler(*extra: str) -> TabbedInterface:
    several = {"sectors", "hazards"}
    fields = [_ticked(name) if name in several else FieldPanel(name) for name in extra]
    content = [*Page.content_panels, *fields, FieldPanel("slug", widget=SlugInput)]
    return TabbedInterface([ObjectList(content, heading=_("Text")), marking_panel()])
