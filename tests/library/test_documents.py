"""The library's pages: what is listed and shown, to whom, and what a document says of itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.library.enums import DocumentKind, ReadingState
from portal.library.models import EvidenceTag, PortalDocument
from portal.members.enums import StaffRole
from portal.members.models import ReadTally
from portal.vocabulary.models import Hazard, Sector
from tests.conftest import SignIn, session_for
from tests.factories import CommunityFactory, PersonFactory, staff
from tests.library.making import document, publish, read

pytestmark = pytest.mark.usefixtures("pages")


def shown(address: str, client: Client | None = None, **query: Any) -> str:
    answer = (client or Client()).get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


def listed(client: Client | None = None, **query: Any) -> list[str]:
    answer: Any = (client or Client()).get("/library/", query)
    assert answer.status_code == 200
    return [row.document.title for row in answer.context["rows"]]


# --- the list ------------------------------------------------------------------------------------


def test_the_list_holds_what_one_may_read_in_the_library_and_nothing_else(sign_in: SignIn) -> None:
    circle = CommunityFactory()
    member = PersonFactory(communities=[circle])
    document(title="Open")
    document(title="Carried", in_library=False)
    document(title="Circle", tlp=Label.AMBER, audience_communities=[circle])
    document(title="Other", tlp=Label.AMBER, audience_communities=[CommunityFactory()])
    document(title="Gone", recalled_at=timezone.now())
    assert listed() == ["Open"]
    assert "1 document you can read" in shown("/library/")
    assert listed(sign_in(member)) == ["Circle", "Open"]


def test_filters_narrow_the_list_and_offer_only_what_occurs_for_this_viewer(sign_in: SignIn) -> None:
    energy, water = Sector.objects.get(slug="energy"), Sector.objects.get(slug="water")
    flood = Hazard.objects.get_or_create(slug="flood", defaults={"name": "Flood"})[0]
    tag = EvidenceTag.objects.create(scheme="EMAP 2022", code="4.5.1")
    document(title="Form", kind=DocumentKind.FORM, publisher="FEMA", sectors=[energy], evidence=[tag])
    document(title="Guide", publisher="NIST", sectors=[water], hazards=[flood])
    document(title="For all", is_cross_sector=True, publisher="NIST", language="es")
    circle = CommunityFactory()
    document(
        title="Quiet",
        publisher="Quiet press",
        kind=DocumentKind.STATUTE,
        tlp=Label.AMBER,
        audience_communities=[circle],
    )
    assert listed(kind="form") == ["Form"]
    assert listed(sector="energy") == ["For all", "Form"]
    assert listed(hazard="flood") == ["Guide"]
    assert listed(publisher="NIST", sector="water") == ["For all", "Guide"]
    assert listed(evidence=str(tag.pk)) == ["Form"]
    assert listed(language="es") == ["For all"]
    text = shown("/library/")
    assert "Quiet press" not in text
    assert "Statute or rule" not in text
    assert "Quiet press" in shown("/library/", sign_in(PersonFactory(communities=[circle])))
    assert listed(kind="statute") == []
    assert "Take one away" in shown("/library/", kind="statute")


def test_older_versions_are_left_out_until_asked_for_and_stay_where_the_newer_is_not_for_one(sign_in: SignIn) -> None:
    old = document(title="Plan 2013")
    circle = CommunityFactory()
    document(title="Plan 2024", supersedes=old, tlp=Label.AMBER, audience_communities=[circle])
    member = sign_in(PersonFactory(communities=[circle]))
    assert listed() == ["Plan 2013"]
    assert listed(member) == ["Plan 2024"]
    assert set(listed(member, old="1")) == {"Plan 2013", "Plan 2024"}


def test_the_list_takes_the_same_queries_for_one_row_and_for_twenty(
    django_assert_max_num_queries: Any, sign_in: SignIn
) -> None:
    client = sign_in(PersonFactory())
    sector = Sector.objects.get(slug="energy")
    document(pages=["a"], sectors=[sector])
    shown("/library/", client)
    with django_assert_max_num_queries(100) as few:
        shown("/library/", client)
    for _ in range(24):
        document(pages=["a"], sectors=[sector])
    with django_assert_max_num_queries(100) as many:
        text = shown("/library/", client)
    assert len(many) == len(few)
    assert "1–20 of 25" in text
    assert len(listed(page="2")) == 5


def test_a_list_shows_first_pages_of_what_is_for_everybody_alone(sign_in: SignIn) -> None:
    """Above TLP:CLEAR a picture of a page is its content, and a list is no reading of it."""
    open_one = document(title="Open", pages=["a"])
    green = document(title="Green", tlp=Label.GREEN, reach=Reach.MEMBERS, pages=["a"])
    for row in (open_one, green):
        read(row, pages=["a"], with_picture=True)
    text = shown("/library/", sign_in(PersonFactory()))
    assert f"/library/{open_one.uuid}/picture/" in text
    assert f"/library/{green.uuid}/picture/" not in text


def test_an_empty_library_says_so_and_rubbish_in_the_address_is_answered() -> None:
    assert "holds nothing yet" in shown("/library/")
    document()
    for query in ("sector=x", "kind=%00", "evidence=abc", "publisher=" + "a" * 5000, "old=%ed%a0%80"):
        assert Client().get(f"/library/?{query}").status_code == 200, query
    for page in ("0", "99", "x", "9" * 400):
        assert Client().get("/library/", {"page": page}).status_code == 404, page


# --- one document --------------------------------------------------------------------------------


def test_a_document_shows_its_facts_its_pages_and_its_file() -> None:
    tag = EvidenceTag.objects.create(scheme="EMAP 2022", code="4.5.1", title="Continuity plans")
    editable = document(title="The form to type in", in_library=False)
    example = document(title="A filled-in form")
    row = document(
        title="ICS 201",
        summary="Briefs the incident.",
        publisher="FEMA",
        used_by="Incident commanders",
        licence="Public domain",
        accessible_note="Ask for large print.",
        editable_file=editable,
        example=example,
        evidence=[tag],
        pages=["First page of the form", "Second page"],
    )
    text = shown(row.get_absolute_url())
    for words in (
        "Briefs the incident",
        "FEMA",
        "Incident commanders",
        "Public domain",
        "large print",
        "Continuity plans",
    ):
        assert words in text
    assert "English" in text
    assert f'href="{row.download_url}"' in text
    assert f'href="{editable.download_url}"' in text  # it has no page of its own
    assert f'href="{example.get_absolute_url()}"' in text
    assert f'href="{row.get_absolute_url()}pages/2/"' in text
    assert "First page of the form" in text
    assert "Goes with" in shown(example.get_absolute_url())


def test_what_may_not_be_read_does_not_exist(sign_in: SignIn) -> None:
    circle = CommunityFactory()
    quiet = document(tlp=Label.AMBER, audience_communities=[circle], pages=["secret"])
    carried = document(in_library=False, pages=["text"])
    member = sign_in(PersonFactory(communities=[circle]))
    for row, client in ((quiet, Client()), (quiet, sign_in(PersonFactory())), (carried, Client())):
        for below in ("", "pages/1/", "picture/", "changes/"):
            assert client.get(f"{row.get_absolute_url()}{below}").status_code == 404
    assert member.get(quiet.get_absolute_url()).status_code == 200
    quiet.recalled_at = timezone.now()
    quiet.save()
    for client, status in ((member, 410), (sign_in(PersonFactory()), 404), (Client(), 404)):
        assert client.get(quiet.get_absolute_url()).status_code == status
        assert client.get(f"{quiet.get_absolute_url()}pages/1/").status_code == status


def test_others_are_named_only_to_whom_they_are_for(sign_in: SignIn) -> None:
    circle = CommunityFactory()
    quiet = document(title="Quiet example", tlp=Label.AMBER, audience_communities=[circle])
    row = document(example=quiet)
    assert "Quiet example" not in shown(row.get_absolute_url())
    assert "Quiet example" in shown(row.get_absolute_url(), sign_in(PersonFactory(communities=[circle])))


def test_an_old_version_leads_to_the_newest_that_one_may_read(sign_in: SignIn) -> None:
    circle = CommunityFactory()
    first = document(title="First")
    second = document(title="Second", supersedes=first)
    third = document(title="Third", supersedes=second, tlp=Label.AMBER, audience_communities=[circle])
    assert "This is an old version" in shown(first.get_absolute_url())
    assert second.get_absolute_url() in shown(first.get_absolute_url())
    assert "Third" not in shown(first.get_absolute_url())
    assert "old version" not in shown(second.get_absolute_url())
    member = sign_in(PersonFactory(communities=[circle]))
    assert third.get_absolute_url() in shown(first.get_absolute_url(), member)
    assert "old version" in shown(second.get_absolute_url(), member)
    assert first.get_absolute_url() in shown(second.get_absolute_url())


def test_past_its_review_a_document_says_so() -> None:
    today = timezone.localdate()
    fresh, late = document(review_by=today), document(review_by=today - timedelta(days=1))
    assert "may be out of date" not in shown(fresh.get_absolute_url())
    assert "may be out of date" in shown(late.get_absolute_url())
    assert "Due for review" in shown("/library/")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"state": ReadingState.WAITING}, "has not been read yet"),
        ({"state": ReadingState.REFUSED}, "could not read the text"),
        ({"from_pictures": 2}, "The text of 2 pages was read from pictures"),
        ({"is_cut_short": True}, "read in part"),
    ],
)
def test_how_it_was_read_is_said(facts: dict[str, Any], words: str) -> None:
    row = document()
    read(row, pages=["a", "b"], **facts)
    text = shown(row.get_absolute_url())
    assert words in text
    assert row.download_url in text


# --- pages of a document -------------------------------------------------------------------------


def test_words_are_looked_for_inside_and_lead_to_their_pages() -> None:
    row = document(pages=["The pump house", "The valve & the <pump>", "Nothing"])
    text = shown(row.get_absolute_url(), q="PUMP the")
    assert "2 pages have all of these words" in text
    assert f"{row.get_absolute_url()}pages/2/?q=pump+the" in text
    assert "&lt;<mark>pump</mark>&gt;" in text
    assert "pages/3/" not in text
    assert "0 pages have all" in shown(row.get_absolute_url(), q="turbine")


@pytest.mark.parametrize("typed", ["\0", "%", "_", "\ud800", "a" * 100_000, "((((", "' OR 1=1", "\u202e", " "])
def test_any_words_are_answered(typed: str) -> None:
    row = document(pages=["text"])
    assert Client().get(row.get_absolute_url(), {"q": typed.encode("utf-8", "surrogatepass")}).status_code == 200
    assert Client().get(row.get_page_url(1), {"q": typed.encode("utf-8", "surrogatepass")}).status_code == 200


def test_one_goes_to_a_page_by_its_number() -> None:
    row = document(pages=["a", "b"])
    answer = Client().get(row.get_absolute_url(), {"go": " 2 "})
    assert (answer.status_code, answer["Location"]) == (302, row.get_page_url(2))
    for wrong in ("0", "3", "x", "-1", "²", "9" * 50):
        assert "There is no such page" in shown(row.get_absolute_url(), go=wrong), wrong


def test_pages_are_listed_twenty_at_a_time_with_the_same_queries(django_assert_max_num_queries: Any) -> None:
    short, long = document(pages=["a", "b"]), document(pages=["text"] * 45)
    shown(short.get_absolute_url())
    with django_assert_max_num_queries(60) as few:
        shown(short.get_absolute_url())
    with django_assert_max_num_queries(60) as many:
        text = shown(long.get_absolute_url())
    assert len(few) == len(many)
    assert "1–20 of 45" in text
    assert "pages/45/" in shown(long.get_absolute_url(), page="3")


# --- the picture, and what is kept ---------------------------------------------------------------


def test_the_picture_goes_out_with_headers_that_make_it_harmless() -> None:
    row = document(pages=["a"])
    assert Client().get(f"{row.get_absolute_url()}picture/").status_code == 404
    reading = read(row, pages=["a"], with_picture=True)
    answer: Any = Client().get(f"{row.get_absolute_url()}picture/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    reading.picture.storage.delete(str(reading.picture.name))
    assert Client().get(f"{row.get_absolute_url()}picture/").status_code == 404


def test_readings_are_recorded_above_clear_and_count_once_an_hour(sign_in: SignIn) -> None:
    person = PersonFactory()
    client = sign_in(person)
    row = document(tlp=Label.GREEN, reach=Reach.MEMBERS, pages=["a", "b"])
    open_one = document(pages=["a"])
    for address in (row.get_absolute_url(), row.get_page_url(1), row.get_page_url(2), open_one.get_page_url(1)):
        client.get(address)
    client.head(row.get_absolute_url())
    assert Event.objects.filter(verb=Verb.READ).count() == 3
    assert ReadTally.objects.get(person=person).count == 1


def test_desk_serves_the_same_pages(desk: None, sign_in: SignIn) -> None:
    row = document(pages=["text of it"])
    person = staff(StaffRole.MOP3_EDITOR)
    assert row.title in shown("/library/", sign_in(person))
    assert "text of it" in shown(row.get_page_url(1), sign_in(person))


def test_what_is_published_again_without_a_reading_is_still_shown() -> None:
    row = PortalDocument(title="Bare", tlp=Label.CLEAR)
    row.file.save("bare", ContentFile(b"x"), save=False)
    publish(row)
    assert "Bare" in shown(row.get_absolute_url())


# --- withdrawn -----------------------------------------------------------------------------------

BELOW = ("", "pages/1/", "changes/", "download/")


def withdrawn(**fields: Any) -> PortalDocument:
    row = document(pages=["The text"], **fields)
    row.in_library, row.recalled_at = False, timezone.now()
    row.save()
    return row


@pytest.mark.parametrize("below", BELOW)
def test_readers_of_a_withdrawn_document_are_told_and_its_content_is_closed(below: str) -> None:
    row = withdrawn(title="Zebra plan", summary="How zebras plan.")
    answer = Client().get(f"{row.get_absolute_url()}{below}")
    assert answer.status_code == 410
    assert "This document was withdrawn" in answer.text
    assert "ebra" not in answer.text


@pytest.mark.parametrize("below", BELOW)
def test_a_withdrawn_document_does_not_exist_for_whom_it_was_not(below: str) -> None:
    circle = CommunityFactory()
    row = withdrawn(tlp=Label.AMBER, audience_communities=[circle])
    inside, outside = (session_for(PersonFactory(communities=rows)) for rows in ([circle], []))
    address = f"{row.get_absolute_url()}{below}"
    assert [client.get(address).status_code for client in (inside, outside, Client())] == [410, 404, 404]


def test_what_never_stood_in_the_library_has_no_notice_there() -> None:
    carried = withdrawn()
    PortalDocument.objects.filter(pk=carried.pk).update(published_at=None)
    later = withdrawn(visible_from=timezone.now() + timedelta(days=1))
    for row in (carried, later):
        assert Client().get(row.get_absolute_url()).status_code == 404


def test_the_notice_leads_to_the_newer_version_for_those_who_may_read_it() -> None:
    old = document(title="Plan 1")
    new = document(title="Plan 2", supersedes=old)
    old.in_library, old.recalled_at = False, timezone.now()
    old.save()
    assert new.get_absolute_url() in Client().get(old.get_absolute_url()).text
    PortalDocument.objects.filter(pk=new.pk).update(in_library=False)
    assert "Plan 2" not in Client().get(old.get_absolute_url()).text


def test_the_third_door_of_the_home_page_leads_to_templates() -> None:
    document(title="Continuity template", kind="template")
    document(title="Some guide")
    home = Client().get("/").text
    assert home.index("/report/") < home.index("Read bulletins") < home.index("/library/?kind=template")
    listed = Client().get("/library/?kind=template").text
    assert "Continuity template" in listed
    assert "Some guide" not in listed
