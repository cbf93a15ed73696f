"""A page of Desk that is shown in answer to a form is recorded as one that was asked for; so is what a role refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from portal.audit import context, middleware
from portal.audit.enums import Outcome, Verb
from portal.audit.models import Event
from portal.members.enums import ApplicationState, StaffRole
from portal.members.models import Application
from tests.conftest import session_for, session_store
from tests.factories import CommunityFactory, OrganisationFactory, PersonFactory, bulletin, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk", "pages")]


def events_of(send: Any) -> tuple[int, list[tuple[str, str, str]]]:
    """The answer's status, and what sending recorded: verbs, things and outcomes."""
    before = set(Event.objects.values_list("pk", flat=True))
    status = send().status_code
    new = Event.objects.exclude(pk__in=before).order_by("pk")
    return status, list(new.values_list("verb", "about", "outcome"))


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (StaffRole.VETTING_OFFICER, "/desk/people/{person}/suspend/"),
        (StaffRole.ADMINISTRATOR, "/desk/staff/{person}/give/"),
    ],
)
def test_an_empty_form_about_a_person_is_opening_their_page(role: StaffRole, address: str) -> None:
    member = PersonFactory(name="Shown in the page")
    browser = session_for(staff(role))
    answer = browser.post(address.format(person=member.pk))
    assert "Shown in the page" in answer.content.decode()
    status, found = events_of(lambda: browser.post(address.format(person=member.pk)))
    assert (status, found) == (422, [(Verb.OPEN_CASE, f"members.person:{member.pk}", Outcome.DONE)])


@pytest.mark.parametrize("verb", ["more", "refuse", "captain"])
def test_an_empty_form_about_an_application_is_opening_it(verb: str) -> None:
    asked = Application.objects.create(
        email="applicant@partner.example", name="An applicant", state=ApplicationState.SUBMITTED
    )
    browser = session_for(staff(StaffRole.VETTING_OFFICER))
    status, found = events_of(lambda: browser.post(f"/desk/members/{asked.uuid}/{verb}/"))
    assert status == 422
    assert (Verb.OPEN_CASE, f"members.application:{asked.pk}", Outcome.DONE) in found


@pytest.mark.parametrize("kind", ["organisations", "communities"])
def test_an_empty_form_about_a_circle_is_opening_it(kind: str) -> None:
    circle = OrganisationFactory() if kind == "organisations" else CommunityFactory()
    browser = session_for(staff(StaffRole.VETTING_OFFICER))
    status, found = events_of(lambda: browser.post(f"/desk/{kind}/{circle.pk}/", {"name": ""}))
    assert status == 422
    assert [verb for verb, _about, _outcome in found] == [Verb.OPEN_CASE]


def test_a_form_of_the_editor_that_comes_back_is_sent_and_read() -> None:
    page = bulletin(tlp="TLP:AMBER", audience_communities=[CommunityFactory()])
    browser = session_for(staff(StaffRole.MIAC_SUPERVISOR))
    sent = {"new_title": "", "new_slug": "", "new_parent_page": page.get_parent().pk}
    status, found = events_of(lambda: browser.post(f"/admin/pages/{page.pk}/copy/", sent))
    named = f"bulletins.bulletinpage:{page.pk}"
    assert (status, found) == (200, [(Verb.SEND, named, Outcome.DONE), (Verb.READ, named, Outcome.DONE)])


@pytest.mark.parametrize("status", [200, 409, 410, 422])
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_answer_that_shows_a_page_is_recorded(rf: RequestFactory, status: int, method: str) -> None:
    assert Verb.LOOK in answered(rf, method, status)


@pytest.mark.parametrize(
    ("method", "status"), [("head", 200), ("get", 302), ("post", 302), ("get", 404), ("post", 403)]
)
def test_what_shows_no_page_is_no_page(rf: RequestFactory, method: str, status: int) -> None:
    assert Verb.LOOK not in answered(rf, method, status)


def answered(rf: RequestFactory, method: str, status: int) -> list[str]:
    request = getattr(rf, method)("/desk/")
    request.user, request.session = staff(StaffRole.MIAC_SUPERVISOR), session_store()()
    middleware.name_the_request(lambda _request: HttpResponse(status=status))(request)
    context.end()
    return list(Event.objects.values_list("verb", flat=True))


def test_a_refusal_does_not_stand_for_the_page_that_tells_of_it() -> None:
    """One may not decide on oneself; the page comes back, with everything about the person."""
    officer = staff(StaffRole.ADMINISTRATOR)
    member = PersonFactory()
    browser: Client = session_for(officer)
    sent = {"role": StaffRole.MIAC_AUTHOR.value, "reason": "They have no second factor yet"}
    status, found = events_of(lambda: browser.post(f"/desk/staff/{member.pk}/give/", sent))
    named = f"members.person:{member.pk}"
    assert status == 422
    assert (Verb.OPEN_CASE, named, Outcome.DONE) in found
    assert (Verb.ROLE_GIVE, named, Outcome.REFUSED) in found


# --- what a role refuses --------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/admin/", "/admin/pages/", "/admin/reports/site-history/"])
def test_the_editor_is_refused_to_those_without_a_role_in_it_and_that_is_recorded(address: str) -> None:
    browser = session_for(staff(StaffRole.VETTING_OFFICER))
    status, found = events_of(lambda: browser.get(address))
    assert (status, found) == (404, [(Verb.LOOK, "", Outcome.REFUSED)])


def test_what_is_not_there_leaves_nothing() -> None:
    browser = session_for(staff(StaffRole.VETTING_OFFICER))
    assert events_of(lambda: browser.get("/desk/no-such-page/")) == (404, [])


def test_a_verb_that_is_another_roles_is_refused_and_recorded() -> None:
    member = PersonFactory()
    browser = session_for(staff(StaffRole.ADMINISTRATOR))
    status, found = events_of(lambda: browser.post(f"/desk/people/{member.pk}/suspend/"))
    assert (status, found) == (404, [(Verb.LOOK, "", Outcome.REFUSED)])
    assert Event.objects.get(outcome=Outcome.REFUSED).facts == {"page": "desk_person_act"}
