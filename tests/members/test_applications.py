"""Applying for membership: what the applicant sees, what is stored, and what nobody learns."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.members import applying
from portal.members.enums import ApplicationState
from portal.members.mail_domains import MailDomain, domain_kind
from portal.members.models import Application, ApplicationLink, ApplicationPart
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db(transaction=False)

WORK = {
    "name": "New Person",
    "employer": "Ozark Power (invented)",
    "employer_kind": "company",
    "position": "Shift lead",
    "site": "",
}
CONTACT = {"phone": "573 555 0142", "supervisor": "R. Example", "supervisor_contact": "supervisor@partner.example"}
WANTED = {"sectors": ["energy"], "sponsor": "", "reason": "To read warnings for our plant."}
PAGES: dict[str, dict[str, Any]] = {"work": WORK, "contact": CONTACT, "wanted": WANTED}


def begin(email: str = "new@partner.example", name: str = "New Person", *, client: Client | None = None) -> Any:
    return (client or Client()).post("/apply/", {"name": name, "email": email})


def links() -> list[str]:
    return [found for message in mail.outbox for found in re.findall(r"/apply/link/[^/]+/", str(message.body))]


def applicant(django_capture: Any, email: str = "new@partner.example") -> Client:
    """A browser that went on with its link."""
    client = Client()
    with django_capture(execute=True):
        begin(email, client=client)
    client.post(links()[-1])
    return client


@pytest.fixture
def capture(django_capture_on_commit_callbacks: Any) -> Any:
    return django_capture_on_commit_callbacks


@pytest.fixture
def newcomer(capture: Any) -> Client:
    return applicant(capture)


def fill(client: Client, **changes: dict[str, Any]) -> None:
    for page, answers in PAGES.items():
        answer = client.post(f"/apply/form/{page}/", {**answers, **changes.get(page, {}), "seen": 0})
        assert answer.status_code == 302, answer.content


def test_the_whole_way_from_the_first_page_to_the_desk(newcomer: Client, capture: Any) -> None:
    assert newcomer.get("/apply/next/").headers["Location"] == "/apply/form/work/"
    fill(newcomer)
    page = newcomer.get("/apply/check/").content.decode()
    assert "Ozark Power (invented)" in page and "573 555 0142" in page and "Energy" in page
    with capture(execute=True):
        assert newcomer.post("/apply/check/", {"is_true": "on"}).headers["Location"] == "/apply/status/"
    stored = Application.objects.get()
    assert stored.state == ApplicationState.SUBMITTED
    assert stored.email_verified_at is not None
    assert "Your application is with the vetting desk" in newcomer.get("/apply/status/").content.decode()
    assert newcomer.get("/apply/form/work/").headers["Location"] == "/apply/status/"


def test_no_table_of_either_database_holds_what_was_written(newcomer: Client) -> None:
    fill(newcomer)
    code = newcomer.cookies["application"].value
    for alias in ("default", "vault"):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (names from the database itself)
                found = "\n".join(repr([_readable(value) for value in row]) for row in cursor.fetchall())
                for secret in ("573 555 0142", "Shift lead", "R. Example", "warnings for our plant", code):
                    assert secret not in found, (alias, table, secret)


def _readable(value: Any) -> Any:
    return bytes(value).decode("latin-1") if isinstance(value, (bytes, memoryview)) else value


def test_front_cannot_open_what_it_just_stored_without_the_link(newcomer: Client) -> None:
    fill(newcomer)
    newcomer.cookies.clear()
    assert newcomer.get("/apply/form/work/").status_code == 403


def test_known_unknown_and_repeated_addresses_get_the_same_answer(capture: Any) -> None:
    PersonFactory(email="member@partner.example")
    with capture(execute=True):
        answers = [begin("member@partner.example"), begin("unknown@partner.example"), begin("unknown@partner.example")]
    assert len({(a.status_code, a.headers["Location"], a.content) for a in answers}) == 1
    assert [m.to for m in mail.outbox] == [["member@partner.example"], *[["unknown@partner.example"]] * 2]
    assert "already" in mail.outbox[0].subject
    assert not ApplicationLink.objects.filter(application__email="member@partner.example").exists()


def test_a_known_address_costs_what_an_unknown_one_does(db: None) -> None:
    """To the query: whoever measures learns nothing of who is a member, nor of who has begun to apply."""
    PersonFactory(email="member@partner.example")
    counts = []
    for email in ("member@partner.example", "unknown@partner.example", "unknown@partner.example"):
        with CaptureQueriesContext(connection) as queries:
            applying.begin("New Person", email)
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_an_application_from_before_goes_on_and_one_that_ended_does_not(db: None) -> None:
    applying.begin("New Person", "new@partner.example")
    applying.begin("Another Name", "NEW@partner.example")
    assert Application.objects.get().name == "New Person"
    Application.objects.update(state=ApplicationState.WITHDRAWN)
    applying.begin("Another Name", "new@partner.example")
    assert Application.objects.unended().get().name == "Another Name"


def test_one_network_and_one_address_are_limited(capture: Any, settings: Any) -> None:
    settings.PORTAL_APPLICATIONS_PER_HOUR = 4
    with capture(execute=True):
        codes = [begin("again@partner.example").status_code for _ in range(5)]
    assert codes == [302, 302, 302, 302, 429]
    assert len(mail.outbox) == settings.PORTAL_LINKS_PER_HOUR


def test_opening_the_link_changes_nothing_and_the_button_goes_on(capture: Any) -> None:
    with capture(execute=True):
        begin()
    client = Client()
    assert client.get(links()[0]).status_code == 200
    assert Application.objects.get().email_verified_at is None
    assert "application" not in client.cookies
    client.post(links()[0])
    assert Application.objects.get().email_verified_at is not None
    assert client.cookies["application"]["httponly"] and client.cookies["application"]["samesite"] == "Lax"


def test_a_link_ends_and_a_new_one_goes_on(newcomer: Client, capture: Any) -> None:
    fill(newcomer)
    ApplicationLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert newcomer.get("/apply/next/").status_code == 403
    assert newcomer.get(links()[-1]).status_code == 404
    again = applicant(capture)
    page = again.get("/apply/check/").content.decode()
    assert "573 555 0142" not in page
    assert "sealed" in page
    assert again.post("/apply/check/", {"is_true": "on"}).headers["Location"] == "/apply/status/"


@pytest.mark.parametrize("code", ["x", "A" * 43, "..", "%00", "a" * 500])
def test_rubbish_instead_of_a_code(db: None, code: str) -> None:
    client = Client()
    assert client.get(f"/apply/link/{code}/").status_code == 404
    client.cookies["application"] = code
    assert client.get("/apply/next/").status_code == 403


def test_what_was_saved_comes_back_to_change(newcomer: Client) -> None:
    fill(newcomer)
    assert 'value="Shift lead"' in newcomer.get("/apply/form/work/").content.decode()
    newcomer.post("/apply/form/work/", {**WORK, "position": "Head of security", "seen": 1})
    assert 'value="Head of security"' in newcomer.get("/apply/form/work/").content.decode()
    assert ApplicationPart.objects.filter(page="work").count() == 2


def test_two_windows_at_once_lose_nothing(newcomer: Client) -> None:
    newcomer.post("/apply/form/work/", {**WORK, "seen": 0})
    answer = newcomer.post("/apply/form/work/", {**WORK, "position": "Typed in the other window", "seen": 0})
    assert answer.status_code == 409
    assert 'value="Typed in the other window"' in answer.content.decode()
    assert ApplicationPart.objects.filter(page="work").count() == 1


@pytest.mark.parametrize(
    ("page", "field", "value", "words"),
    [
        ("work", "name", "Two\nlines", "one line"),
        ("work", "name", "See https://elsewhere.example", "one line"),
        ("work", "employer", "", "required"),
        ("work", "employer", "x" * 201, "200"),
        ("work", "position", "a\x07b", "cannot be seen"),
        ("work", "position", "a\u202eb", "cannot be seen"),
        ("work", "employer_kind", "empire", "valid choice"),
        ("contact", "phone", "123-45-6789", "social security"),
        ("wanted", "reason", "My number is 123 45 6789.", "social security"),
        ("wanted", "sectors", ["nowhere"], "valid choice"),
    ],
)
def test_rubbish_in_a_page_is_named_and_stays(newcomer: Client, page: str, field: str, value: Any, words: str) -> None:
    answer = newcomer.post(f"/apply/form/{page}/", {**PAGES[page], field: value, "seen": 0})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert ApplicationPart.objects.count() == 0


def test_a_null_byte_is_refused_with_a_sentence(newcomer: Client) -> None:
    answer = newcomer.post("/apply/form/work/", {**WORK, "position": "a\x00b", "seen": 0})
    assert answer.status_code == 200 and ApplicationPart.objects.count() == 0


def test_pages_out_of_order_and_replayed_steps(newcomer: Client) -> None:
    assert newcomer.get("/apply/check/").headers["Location"] == "/apply/form/work/"
    assert newcomer.post("/apply/check/", {"is_true": "on"}).headers["Location"] == "/apply/form/work/"
    assert newcomer.get("/apply/form/nonsense/").status_code == 404
    fill(newcomer)
    newcomer.post("/apply/check/", {"is_true": "on"})
    submitted = Application.objects.get().submitted_at
    newcomer.post("/apply/check/", {"is_true": "on"})
    assert Application.objects.get().submitted_at == submitted
    assert newcomer.post("/apply/appeal/", {"words": "?"}).headers["Location"] == "/apply/status/"


def test_withdrawn_means_that_the_link_no_longer_shows_it(newcomer: Client, capture: Any) -> None:
    fill(newcomer)
    assert newcomer.post("/apply/withdraw/", {}).status_code == 200
    assert Application.objects.get().state == ApplicationState.STARTED
    assert "taken back" in newcomer.post("/apply/withdraw/", {"is_sure": "on"}).content.decode()
    assert Application.objects.get().state == ApplicationState.WITHDRAWN
    assert newcomer.get("/apply/status/").status_code == 403
    again = applicant(capture)
    assert again.get("/apply/next/").headers["Location"] == "/apply/form/work/"


def test_confidential_communities_are_not_offered(newcomer: Client) -> None:
    from tests.factories import CommunityFactory

    CommunityFactory(name="Harbour watch")
    CommunityFactory(name="Quiet circle", is_confidential=True)
    page = newcomer.get("/apply/form/wanted/").content.decode()
    assert "Harbour watch" in page and "Quiet circle" not in page


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("a@gmail.com", MailDomain.FREE),
        ("a@mailinator.com", MailDomain.DISPOSABLE),
        ("a@sub.mailinator.com", MailDomain.DISPOSABLE),
        ("a@partner.example", MailDomain.ORDINARY),
    ],
)
def test_free_and_disposable_domains_are_told_apart(email: str, kind: MailDomain) -> None:
    assert domain_kind(email) is kind


def test_a_stranger_writes_nothing_into_the_mail_and_the_applicant_says_their_name(
    newcomer: Client, capture: Any
) -> None:
    assert "New Person" not in f"{mail.outbox[-1].subject} {mail.outbox[-1].body}"
    newcomer.post("/apply/form/work/", {**WORK, "name": "Their Own Name", "seen": 0})
    assert Application.objects.get().name == "Their Own Name"
    assert b"Their Own Name" not in bytes(ApplicationPart.objects.get().envelope)


@pytest.mark.parametrize("name", ["Visit\r\nhttps://bad.example", "https://bad.example", "a\nb"])
def test_a_name_is_one_line_without_an_address(db: None, name: str) -> None:
    assert begin(name=name).status_code == 200
    assert not Application.objects.exists()


def test_what_is_at_the_desk_is_no_longer_written(newcomer: Client) -> None:
    from portal.members.applying import Applicant

    fill(newcomer)
    stale = Applicant(Application.objects.get(), newcomer.cookies["application"].value)
    newcomer.post("/apply/check/", {"is_true": "on"})
    assert not stale.save("work", {**WORK, "employer": "Another"})
    assert ApplicationPart.objects.filter(page="work").count() == 1
