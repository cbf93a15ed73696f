"""Which thing a page of Desk is about, found from its address.

`tests/audit` walks all addresses of Desk that carry a key, and fails when one is found in no table here.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import ResolverMatch
from wagtail.models import Page

MEETING = "meetings.meeting"
PAGE, DOCUMENT, IMAGE = "wagtailcore.page", "library.portaldocument", "library.portalimage"
PERSON, ORGANISATION, COMMUNITY = "members.person", "members.organisation", "members.community"
APPLICATION, BULLETIN = "members.application", "bulletins.bulletinpage"
REPORT, FILE = "reporting.report", "reporting.attachment"
NUMBER = re.compile(r"[0-9]{1,18}")  # what the databases can hold


@dataclass(frozen=True)
class Through:
    """A row that stands for another: `field` of it is what the page is about."""

    model: str
    field: str


Kind = str | Through
ORIGINAL = Through("reporting.twopeoplerequest", "evidence")

# How Wagtail calls the keys of its things. Of a move, what is moved comes first.
ARGUMENTS: dict[str, Kind] = {
    "page_to_move_id": PAGE,
    "page_id": PAGE,
    "page_pk": PAGE,
    "parent_page_id": PAGE,
    "document_id": DOCUMENT,
    "doc_id": DOCUMENT,
    "image_id": IMAGE,
    "collection_id": "wagtailcore.collection",
    "task_id": "wagtailcore.task",
}
# Where an address calls it `pk` or `identifier`, its name says of what, or its namespace.
NAMES: dict[str, Kind] = {
    "desk_release": Through("bulletins.releaserequest", "page"),
    "desk_release_read": Through("bulletins.releaserequest", "page"),
    "desk_decide": Through("bulletins.releaserequest", "page"),
    "desk_withdraw": Through("bulletins.releaserequest", "page"),
    "desk_countersign": Through("bulletins.release", "page"),
    "desk_submit": BULLETIN,
    "desk_release_urgently": BULLETIN,
    "desk_recall": BULLETIN,
    "desk_readers": BULLETIN,
    "desk_share_answer": Through("bulletins.sharerequest", "page"),
    "desk_application": APPLICATION,
    "desk_application_act": APPLICATION,
    "desk_person": PERSON,
    "desk_person_act": PERSON,
    "desk_staff_person": PERSON,
    "desk_staff_act": PERSON,
    "desk_validation": "members.validation",
    "desk_release_lock": "members.lock",
    "desk_close_alarm": "members.alarm",
    "desk_recovery": "members.factorrecovery",
    "desk_organisation": ORGANISATION,
    "desk_organisation_act": ORGANISATION,
    "desk_community": COMMUNITY,
    "desk_community_act": COMMUNITY,
    "desk_office": "members.office",
    "desk_office_add": "members.office",
    "desk_term": "members.term",
    "desk_term_act": "members.term",
    "desk_concern": "meetings.concern",
    "desk_concern_act": "meetings.concern",
    "desk_recommendation": Through("meetings.recommendation", "concern"),
    "desk_initiative": "meetings.initiative",
    "desk_initiative_figure": "meetings.initiative",
    "desk_visit": "meetings.visitrequest",
    "desk_visit_act": "meetings.visitrequest",
    "desk_proposal": "members.membershipproposal",
    "desk_file": FILE,
    "desk_file_part": FILE,
    "desk_original_ask": FILE,
    "desk_original": ORIGINAL,
    "desk_original_decide": ORIGINAL,
    "desk_original_take": ORIGINAL,
    "desk_original_sheet": ORIGINAL,
    "desk_retention_case": REPORT,
    "desk_retention_validate": REPORT,
    "desk_retention_purge": REPORT,
    "desk_retention_certificate": REPORT,
    "desk_retention_decline": REPORT,
    "desk_retention_redress_decline": "reporting.redress",
    "desk_disposal_certificate": "reporting.disposal",
    "desk_library_import": "library.bundleimport",
    "desk_library_import_act": "library.bundleimport",
    "desk_disposal_batch": "reporting.disposalbatch",
    "desk_disposal_act": "reporting.disposalbatch",
    "desk_redress_one": "reporting.redress",
    "desk_audit_event": "audit.event",
    "desk_audit_proof": "audit.event",
    "desk_audit_person": PERSON,
    "desk_audit_review": "oversight.review",
    "desk_audit_sign": "oversight.review",
    "desk_report": REPORT,
    "desk_report_text": REPORT,
    "desk_report_print": REPORT,
    "desk_report_allow": REPORT,
    "desk_report_act": REPORT,
    "desk_plan_cell": "library.plancell",
    "desk_plan_edit": "library.plancell",
    "desk_plan_add": "library.plancell",
    "desk_plan_move": Through("library.planversion", "cell"),
    "desk_plan_comment": "library.plancomment",
    "desk_library_document": DOCUMENT,
    "desk_library_act": DOCUMENT,
    "desk_meeting": MEETING,
    "desk_meeting_act": MEETING,
    "desk_meeting_sheet": MEETING,
    "desk_minutes": MEETING,
    "desk_minutes_act": MEETING,
    "desk_meeting_needs": MEETING,
    "desk_exercise": MEETING,
    "desk_action_item": "meetings.actionitem",
    "desk_action_act": "meetings.actionitem",
    "desk_protected_one": REPORT,
    "desk_planning_one": REPORT,
    "desk_protected_record": REPORT,
    "desk_protected_act": REPORT,
    "desk_protected_file": FILE,
    "desk_protected_file_part": FILE,
    "desk_determination": REPORT,
    "desk_determination_pdf": REPORT,
    "desk_certificate": REPORT,
    "desk_certificate_file": REPORT,
    "desk_request": "reporting.recordsrequest",
    "desk_request_log": "reporting.recordsrequest",
    "desk_request_answer": "reporting.recordsrequest",
    "wagtailadmin_workflows:edit_task": "wagtailcore.task",
    "wagtailadmin_workflows:disable_task": "wagtailcore.task",
    "wagtailadmin_workflows:enable_task": "wagtailcore.task",
}
NAMESPACES: dict[str, Kind] = {
    "wagtailadmin_api:pages": PAGE,
    "wagtailadmin_api:documents": DOCUMENT,
    "wagtailadmin_api:images": IMAGE,
    "wagtaildocs_chooser": DOCUMENT,
    "wagtailimages_chooser": IMAGE,
    "wagtailusers_users": PERSON,
    "wagtailusers_groups": "auth.group",
    "wagtailsites": "wagtailcore.site",
    "wagtailadmin_collections": "wagtailcore.collection",
    "wagtailadmin_workflows": "wagtailcore.workflow",
}
SNIPPETS = re.compile(r"wagtailsnippet(?:s|choosers)_([a-z]+)_([a-z]+)")  # both room and model in the namespace
# Their keys come without a name, the page's first.
POSITIONAL: dict[str, Kind] = {"wagtailadmin_pages:revisions_compare": PAGE}
KEYS = ("pk", "identifier")


def thing_of(request: HttpRequest) -> Any:
    """The row that this page is about, a page as its own type; None where there is none."""
    match = request.resolver_match
    found = kind_and_key(match) if match else None
    return _row(*found) if found else None


def kind_and_key(match: ResolverMatch) -> tuple[Kind, Any] | None:
    """What kind of thing an address names, and its key there."""
    for name, kind in ARGUMENTS.items():
        if name in match.kwargs:
            return kind, match.kwargs[name]
    named = kind_named(match.view_name, match.namespaces)
    key = next((match.kwargs[name] for name in KEYS if name in match.kwargs), None)
    if named and key is not None:
        return named, key
    if match.view_name in POSITIONAL and match.args:
        return POSITIONAL[match.view_name], match.args[0]
    return None


def kind_named(view_name: str, namespaces: list[str]) -> Kind | None:
    """The kind that an address's own name tells, or its namespace."""
    if view_name in NAMES:
        return NAMES[view_name]
    namespace = ":".join(namespaces)
    snippet = SNIPPETS.fullmatch(namespace)
    return f"{snippet[1]}.{snippet[2]}" if snippet else NAMESPACES.get(namespace)


def _row(kind: Kind, key: Any) -> Any:
    model: Any = apps.get_model(kind.model if isinstance(kind, Through) else kind)
    if isinstance(key, uuid.UUID):
        row = model._base_manager.filter(uuid=key).first()
    else:
        row = model._base_manager.filter(pk=int(key)).first() if NUMBER.fullmatch(str(key)) else None
    if row is not None and isinstance(kind, Through):
        row = getattr(row, kind.field)
    return row.specific if isinstance(row, Page) else row
