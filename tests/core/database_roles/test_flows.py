"""What Front does works under its account on PostgreSQL."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.files.base import ContentFile
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal.access.enums import Label
from portal.bulletins.models import Feedback, Reading, ShareRequest
from portal.library.models import PortalDocument, PortalImage, Rendition
from portal.members import alarms, departures, validation
from portal.members.applying import Applicant, make_link
from portal.members.enums import AlarmKind, ApplicationState, VettingKind
from portal.members.models import (
    Affiliation,
    AgreementAnswer,
    Application,
    Departure,
    FeedToken,
    FrontSession,
    Lock,
    Validation,
)
from portal.members.welcome import token_for
from portal.vault import records
from portal.vault.models import CodeCopy, DeskCopy
from tests.conftest import enrol, session_for
from tests.core.database_roles.conftest import CHANGED, AsFront, World, execute, on_postgresql
from tests.factories import PASSWORD, OrganisationFactory, PersonFactory
from tests.members import test_agreements as agreeing, test_applications as applying
from tests.members.test_sign_in import CODE, code_for, give_password, is_signed_in
from tests.members.test_sign_in_address import NEW, ask_to_change, link_in, sent


@on_postgresql
@pytest.mark.parametrize("who", ["member", "officer"])
def test_signing_in_with_password_and_code(as_front: AsFront, world: World, who: str) -> None:
    """Of staff as well: they read on Front."""
    person = getattr(world, who)
    secret, client = enrol(person), Client()
    with as_front():
        assert give_password(client, person)["Location"] == CODE
        assert client.post(CODE, {"code": code_for(secret)}).status_code == 302
        assert is_signed_in(client)
        assert client.get(world.page.url).status_code == 200
    assert Authenticator.objects.get(user=person).last_used_at is not None
    assert Reading.objects.filter(person=person).exists()


@on_postgresql
def test_failing_to_sign_in_locks(as_front: AsFront, world: World) -> None:
    with as_front():
        answers = [give_password(Client(), world.member, "wrong").status_code for _ in range(6)]
        assert alarms.raise_alarm(AlarmKind.MANY_LOCKS).count == 1
        assert alarms.raise_alarm(AlarmKind.MANY_LOCKS).count == 2
    assert answers[-1] == 429
    assert Lock.objects.holding().count() == 1


@on_postgresql
def test_reading_and_answering(as_front: AsFront, world: World) -> None:
    _row, secret = FeedToken.issue(person=world.member, label="reader")
    pair = base64.b64encode(f"{world.member.email}:{secret}".encode()).decode()
    with as_front():
        pages = ("/", "/bulletins/", "/guidance/", "/sectors/", "/account/", "/account/standing/", "/-/ready")
        assert {address: world.client.get(address).status_code for address in pages} == dict.fromkeys(pages, 200)
        assert world.client.get("/-/theme.css").status_code == 200
        assert "For you" in Client().get("/bulletins/feed/", HTTP_AUTHORIZATION=f"Basic {pair}").content.decode()
        for answer in ("yes", "no"):
            assert world.client.post(f"/bulletins/{world.page.slug}/useful/", {"useful": answer}).status_code == 302
        question = {"with_whom": "Our contractor", "reason": "They run the pumps."}
        assert world.client.post(f"/bulletins/{world.page.slug}/share/", question).status_code == 302
    assert Feedback.objects.get().was_useful is False
    assert ShareRequest.objects.get().answered_at is None


@on_postgresql
def test_feed_tokens_are_made_and_revoked(as_front: AsFront, world: World) -> None:
    with as_front():
        world.client.post("/account/feed/", {"label": "phone"})
        token = FeedToken.objects.get(person=world.member)
        world.client.post(f"/account/feed/{token.pk}/revoke/")
    assert not FeedToken.objects.usable().exists()


@on_postgresql
def test_the_whole_way_of_an_application(
    as_front: AsFront, pages: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with as_front():
        client = applying.applicant(django_capture_on_commit_callbacks)
        applying.fill(client)
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post("/apply/check/", {"is_true": "on"}).headers["Location"] == "/apply/status/"
        assert client.get("/apply/status/").status_code == 200
        assert client.post("/apply/withdraw/", {"is_sure": "on"}).status_code in {200, 302}
    application = Application.objects.get()
    assert application.submitted_at is not None
    assert application.state == ApplicationState.WITHDRAWN


@on_postgresql
def test_an_applicant_changes_their_name_answers_and_appeals(as_front: AsFront, pages: Any) -> None:
    row = Application.objects.create(name="New", email="new@partner.example", state=ApplicationState.MORE_ASKED)
    row.entries.create(kind=VettingKind.MORE_ASKED)
    states = ApplicationState
    with as_front():
        writer = Applicant(row, make_link(row))
        assert writer.save("work", applying.WORK)
        assert writer.save("work", applying.WORK)
        writer.call_oneself("New Name")
        assert writer.say(VettingKind.ANSWERED, "So it is.", needed=states.MORE_ASKED, then=states.SUBMITTED)
    Application.objects.update(state=states.REFUSED)
    row.entries.create(kind=VettingKind.DECISION)
    with as_front():
        assert writer.say(VettingKind.APPEAL, "Look again.", needed=states.REFUSED, then=states.APPEALED)
    assert [entry.kind for entry in row.entries.all()] == ["more_asked", "answered", "decision", "appeal"]
    assert Application.objects.get().name == "New Name"


@on_postgresql
def test_an_alarm_counted_by_front_goes_on_on_desk(as_front: AsFront, world: World) -> None:
    with as_front():
        for _ in range(3):
            alarms.raise_alarm(AlarmKind.LOCKS_OF_ONE, about=world.member.email, person=world.member)
    assert alarms.raise_alarm(AlarmKind.LOCKS_OF_ONE, about=world.member.email).count == 4


@on_postgresql
def test_agreements_are_accepted(as_front: AsFront, world: World) -> None:
    row = agreeing.version("tlp")
    with as_front():
        agreeing.accept(world.client, row)
    assert AgreementAnswer.objects.get().is_accepted


@on_postgresql
def test_sessions_are_listed_and_ended(as_front: AsFront, world: World) -> None:
    other = session_for(world.member)
    row = FrontSession.objects.get(session_key=other.session.session_key)
    third = session_for(world.member)
    with as_front():
        assert row.handle in world.client.get("/account/sessions/").content.decode()
        assert world.client.post(f"/account/sessions/{row.handle}/end/").status_code == 302
        assert world.client.post("/account/sessions/end-others/").status_code == 302
        assert world.client.post("/account/sessions/extend/").status_code in {200, 204, 302}
        assert third.get("/account/").status_code == 302
    assert FrontSession.objects.filter(person_id=world.member.pk).count() == 1


@on_postgresql
def test_a_member_changes_their_password(as_front: AsFront, world: World) -> None:
    enrol(world.member)
    with as_front():
        world.client.post("/account/password/change/", {"oldpassword": PASSWORD, **CHANGED})
    world.member.refresh_from_db()
    assert world.member.check_password(CHANGED["password1"])


@on_postgresql
def test_an_admitted_member_sets_their_first_password(as_front: AsFront, world: World) -> None:
    address = reverse("welcome", args=[token_for(world.member)])
    first = {"new_password1": CHANGED["password1"], "new_password2": CHANGED["password1"]}
    with as_front():
        assert Client().post(address, first).headers["Location"] == reverse("account_login")


@on_postgresql
def test_a_member_changes_their_address(as_front: AsFront, world: World, mailoutbox: list[Any]) -> None:
    enrol(world.member)
    with as_front():
        ask_to_change(world.member)
        (mail,) = [mail for mail in sent(mailoutbox) if mail.to == [NEW]]
        Client().post(link_in(mail, "confirm-email"))
    world.member.refresh_from_db()
    assert world.member.email == NEW


@on_postgresql
def test_a_member_uses_and_renews_recovery_codes(as_front: AsFront, world: World) -> None:
    enrol(world.member)
    codes = RecoveryCodes.activate(world.member).get_unused_codes()
    client = Client()
    with as_front():
        give_password(client, world.member)
        client.post(CODE, {"code": codes[0]})
        assert is_signed_in(client)
        assert client.post("/account/recovery-codes/new/").status_code == 302


@on_postgresql
def test_a_member_answers_and_their_organisation_confirms_and_reports(as_front: AsFront, world: World) -> None:
    organisation = OrganisationFactory()
    Affiliation.objects.create(person=world.member, organisation=organisation, is_point_of_contact=True)
    colleague = PersonFactory(organisations=[organisation])
    asked = Validation.objects.create(person=colleague, due_at=colleague.validated_until)
    with as_front():
        told = {"phone": "573 555 0142"}
        assert validation.answer(asked, same_employer=True, same_sponsor=None, changes=told)
        assert world.client.get("/account/organisation/").status_code == 200
        assert validation.confirm(asked, by=world.member, is_confirmed=True)
        departures.report(colleague.affiliations.get(), by=world.member)
    assert Departure.objects.unhandled().count() == 1


@on_postgresql
def test_a_forged_copy_for_a_code_destroys_no_other_records_key(as_front: AsFront, desk_keys: None) -> None:
    key = records.new_key("application:1")
    envelope = key.seal("phone", b"555 0100")
    records.new_key("application:2")
    with as_front():
        CodeCopy.objects.create(data_key=key.id, record="application:2", lookup="x", sealed=b"x")
    assert records.destroy("application:2") == 1
    assert records.open_sealed("application:1", "phone", envelope) == b"555 0100"


@on_postgresql
def test_pictures_are_made_in_the_size_that_is_asked_for(as_front: AsFront, pages: Any) -> None:
    picture = PortalImage.objects.create(title="Pump", file="pump.png", width=96, height=24, tlp=Label.CLEAR)
    size = {"filter_spec": "max-48x12", "file": "x.png", "width": 48, "height": 12}
    with as_front():
        assert Rendition.objects.create(image=picture, **size).pk


@on_postgresql
def test_to_show_a_document_writes_nothing(as_front: AsFront, pages: Any) -> None:
    document = PortalDocument.objects.create(title="Plan", file=ContentFile(b"12345", name="plan.txt"), tlp=Label.CLEAR)
    with as_front():
        assert document.size == 5


@on_postgresql
def test_the_worker_works_off_its_queue(as_front: AsFront) -> None:
    facts = {"args_kwargs": {"args": [], "kwargs": {}}, "task_path": "a.b", "backend_name": "default"}
    with as_front():
        DBTaskResult.objects.create(run_after=timezone.now(), **facts)
        with transaction.atomic():
            row = DBTaskResult.objects.ready().get_locked()
            assert row is not None
            row.claim("1")
        row.set_failed(ValueError())
        DBTaskResult.objects.finished().delete()
    assert not DBTaskResult.objects.exists()


@on_postgresql
def test_the_vault_takes_keys_and_gives_those_of_codes(as_front: AsFront) -> None:
    code = "c" * 43
    with as_front():
        envelope = records.new_key("application:1", code=code).seal("phone", b"555 0100")
        key = records.key_by_code("application:1", code)
        assert key is not None
        assert key.open("phone", envelope) == b"555 0100"
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(using="vault"):
            DeskCopy.objects.first()
    with as_front(), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(using="vault"):
        execute("DELETE FROM vault_codecopy", "vault")
