"""Documents and what a body links to: for whom, from when, and unchanged since."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import ProtectedError
from django.test import Client

from portal.access.enums import Label
from portal.bulletins import actions
from portal.library.models import DocumentReading, PortalDocument
from portal.members.models import Person
from tests.bulletins.releasing import submit
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, draft


def attached(**fields: Any) -> PortalDocument:
    document = PortalDocument(title="Plan", tlp=Label.CLEAR, **fields)
    document.file.save("plan.txt", ContentFile(b"as reviewed"))
    return document


def status(address: str) -> int:
    """How anybody is answered; a file that is sent is read to its end, which closes it."""
    answer: Any = Client().get(address)
    if answer.streaming:
        list(answer.streaming_content)
    return int(answer.status_code)


def carrying(document: PortalDocument) -> str:
    return json.dumps([{"type": "attachments", "value": [document.pk]}])


def test_a_document_is_for_nobody_until_a_page_that_carries_it_is_released(author: Person, supervisor: Person) -> None:
    document = attached()
    assert status(document.download_url) == 404
    page = draft(by=author, body=carrying(document))
    assert status(document.download_url) == 404
    actions.ReleaseBulletin(request=submit(page, author), by=supervisor).execute()
    assert status(document.download_url) == 200


def test_a_released_document_stays_as_it_was(author: Person, supervisor: Person) -> None:
    document = attached()
    page = draft(by=author, body=carrying(document))
    actions.ReleaseBulletin(request=submit(page, author), by=supervisor).execute()
    document.refresh_from_db()
    document.title = "Unreviewed"
    with pytest.raises(ValidationError):
        document.save()
    with pytest.raises(ValidationError), transaction.atomic():
        document.audience_people.set([author])
    with pytest.raises(ProtectedError):
        document.delete()


def test_recalling_a_bulletin_closes_its_documents(supervisor: Person) -> None:
    document = attached()
    page = bulletin(body=carrying(document))
    assert status(document.download_url) == 200
    actions.RecallBulletin(page=page, by=supervisor, reason="Wrong.").execute()
    assert status(document.download_url) == 404


def test_an_attachment_that_reaches_further_than_its_bulletin_stops_the_release(author: Person) -> None:
    community = CommunityFactory()
    page = draft(by=author, tlp=Label.AMBER, audience_communities=[community], body=carrying(attached()))
    with pytest.raises(actions.Incomplete, match="attachments"):
        submit(page, author)


def test_a_deleted_attachment_does_not_break_the_page(pages: Any) -> None:
    document = attached()
    page = bulletin(body=carrying(document))
    DocumentReading.objects.filter(document=document).delete()
    PortalDocument.objects.filter(pk=document.pk)._raw_delete("default")  # past the guard
    assert Client().get(page.url).status_code == 200


# --- what a body links to is marked itself


def test_related_bulletins_and_attachments_are_shown_only_to_those_who_may_read_them(pages: Any) -> None:
    community = CommunityFactory()
    secret = bulletin(title="For a few only", tlp=Label.AMBER, audience_communities=[community])
    document = PortalDocument.objects.create(
        title="Plan of the intake", file=ContentFile(b"plan", name="plan.txt"), tlp=Label.AMBER
    )
    document.audience_communities.set([community])
    blocks = [{"type": "related", "value": [secret.pk]}, {"type": "attachments", "value": [document.pk]}]
    page = bulletin(title="For all", body=json.dumps(blocks))
    stranger, insider = Client(), session_for(PersonFactory(communities=[community]))
    hidden, shown = stranger.get(page.url).content.decode(), insider.get(page.url).content.decode()
    for words in ("For a few only", "Plan of the intake", secret.url, document.download_url):
        assert words not in hidden
        assert words in shown
    assert "Related" not in hidden
    assert stranger.get(document.download_url).status_code == 404
    answer: Any = insider.get(document.download_url)
    assert b"".join(answer.streaming_content) == b"plan"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
