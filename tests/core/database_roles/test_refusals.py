"""What Front must not do is refused by the database, and staff are told in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.db import ProgrammingError, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.bulletins.models import ShareRequest
from portal.core import outbox
from portal.core.models import OutgoingMail
from portal.members import alarms
from portal.members.enums import AlarmKind, ApplicationState, StaffRole, VettingKind
from portal.members.models import (
    Affiliation,
    Agreement,
    AgreementAnswer,
    Application,
    CaptainReview,
    Departure,
    FeedToken,
    Lock,
    MembershipProposal,
    Validation,
)
from tests.conftest import enrol, session_for
from tests.core.database_roles.conftest import CHANGED, AsFront, World, execute, on_postgresql
from tests.factories import PASSWORD, OrganisationFactory, PersonFactory
from tests.members.test_sign_in import CODE, give_password, is_signed_in

# {officer}, {member}, {page}, {group} and so on are keys of rows.
EVENT = (
    "INSERT INTO audit_event"
    " (at, site, who, role, session, verb, about, purpose, outcome, why, address, request, facts)"
    " VALUES (%s, '%s', 'nobody', '', '', '%s', '%s', '', 'done', '', '', '', %s::jsonb)"
)
REFERENCE = (
    "INSERT INTO audit_reference (reference, key, kind, value, month, kept) VALUES"
    " (repeat('a', 43), decode(repeat('00', 32), 'hex'), '%s', '%s', %s, 'decision')"
)
# An event, and what is wrong with it: when, where, verb, about, facts.
POISON = {
    "record for Desk": ("now()", "desk", "read", "", "'{{}}'"),
    "record for all time": ("'infinity'", "front", "read", "", "'{{}}'"),
    "record before Christ": ("'0044-03-15 BC'", "front", "read", "", "'{{}}'"),
    "record something of yesterday": ("now() - interval '1 day'", "front", "read", "", "'{{}}'"),
    "record what no verb is": ("now()", "front", "Read it!", "", "'{{}}'"),
    "record an erasure": ("now()", "front", "trail.erase", "", "'{{}}'"),
    "record a drop of the trail": ("now()", "worker", "trail.drop", "", "'{{}}'"),
    "record that a key was destroyed": ("now()", "front", "key.destroy", "", "'{{}}'"),
    "record that a role was given": ("now()", "front", "role.give", "", "'{{}}'"),
    "record signing in to no key": ("now()", "front", "session.begin", "members.person:abc", "'{{}}'"),
    "record a list for facts": ("now()", "front", "read", "", "'[]'"),
    "record facts in facts": ("now()", "front", "read", "", """'{{"a": {{}}}}'"""),
    "record lists in lists": ("now()", "front", "read", "", """'{{"a": [[1]]}}'"""),
    "record half a number": ("now()", "front", "read", "", """'{{"a": 0.5}}'"""),
    "record thousands of digits": ("now()", "front", "read", "", """('{{"a":' || repeat('9', 5000) || '}}')"""),
    "record facts without end": ("now()", "front", "read", "", """('{{"a":"' || repeat('a', 20000) || '"}}')"""),
}
FORBIDDEN = {
    **{what: EVENT % fields for what, fields in POISON.items()},
    "mean no key of a person": REFERENCE % ("person", "abc", "now()"),
    "mean what is no address": REFERENCE % ("address", "somewhere", "now()"),
    "mean somebody of years ago": REFERENCE % ("person", "7", "'2020-01-01'"),
    "set the password of staff": "UPDATE members_person SET password = 'x' WHERE id = {officer}",
    "set the password of all": "UPDATE members_person SET password = 'x'",
    "set the address of staff": "UPDATE members_person SET email = 'x@x.example' WHERE id = {officer}",
    "make oneself a superuser": "UPDATE members_person SET is_superuser = true WHERE id = {member}",
    "change a standing": "UPDATE members_person SET standing = 'active' WHERE id = {member}",
    "put a validation off": "UPDATE members_person SET validated_until = now() WHERE id = {member}",
    "give a clearance": "UPDATE members_person SET cleared_until = now() WHERE id = {member}",
    "change a sponsor": "UPDATE members_person SET sponsor_id = {officer} WHERE id = {member}",
    "revive a person": "UPDATE members_person SET is_active = true WHERE id = {member}",
    "revive sessions": "UPDATE members_person SET sessions_valid_from = NULL WHERE id = {member}",
    "make a person": "INSERT INTO members_person (email) VALUES ('x@x.example')",
    "delete a person": "DELETE FROM members_person WHERE id = {member}",
    "give oneself a role": "INSERT INTO members_person_groups (person_id, group_id) VALUES ({member}, {group})",
    "give oneself a permission": (
        "INSERT INTO members_person_user_permissions (person_id, permission_id) VALUES ({member}, 1)"
    ),
    "make a role": "INSERT INTO auth_group (name) VALUES ('x')",
    "change what a role may": "INSERT INTO auth_group_permissions (group_id, permission_id) VALUES ({group}, 1)",
    "give staff a factor": (
        "INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES ({officer}, 'webauthn', '{{}}', now())"
    ),
    "change a factor of staff": "UPDATE mfa_authenticator SET data = '{{}}' WHERE user_id = {officer}",
    "hand one's factor to staff": "UPDATE mfa_authenticator SET user_id = {officer} WHERE user_id = {member}",
    "take a factor from staff": "DELETE FROM mfa_authenticator WHERE user_id = {officer}",
    "give staff an address": (
        'INSERT INTO account_emailaddress (user_id, email, verified, "primary")'
        " VALUES ({officer}, 'x@x.example', true, false)"
    ),
    "change an address of staff": ("UPDATE account_emailaddress SET email = 'x@x.example' WHERE user_id = {officer}"),
    "take an address from staff": "DELETE FROM account_emailaddress WHERE user_id = {officer}",
    "read Desk's sessions": "SELECT * FROM members_desksession",
    "make a session on Desk": (
        "INSERT INTO members_desksession (session_key, session_data, expire_date) VALUES ('x', 'x', now())"
    ),
    "join an organisation": "UPDATE members_affiliation SET is_point_of_contact = true",
    "join a community": (
        "INSERT INTO members_communitymembership (begun_at, person_id, community_id, is_steward)"
        " VALUES (now(), {member}, 1, true)"
    ),
    "change an organisation": "UPDATE members_organisation SET name = 'x'",
    "make an organisation a criminal-justice agency": "UPDATE members_organisation SET is_criminal_justice = true",
    "change a community": "UPDATE members_community SET is_confidential = false",
    "change a page": "UPDATE wagtailcore_page SET title = 'x' WHERE id = {page}",
    "publish a page": "UPDATE wagtailcore_page SET live = true WHERE id = {page}",
    "change a bulletin": "UPDATE bulletins_bulletinpage SET summary = 'x' WHERE page_ptr_id = {page}",
    "widen a bulletin": "INSERT INTO access_token (content_type_id, object_id, token) VALUES (1, {page}, 'everyone')",
    "narrow a bulletin": "DELETE FROM access_token WHERE object_id = {page}",
    "change an audience": "DELETE FROM bulletins_bulletinpage_audience_communities",
    "read a draft": "SELECT content FROM wagtailcore_revision",
    "write a draft": "UPDATE wagtailcore_revision SET content = '{{}}'",
    "forge a release": "INSERT INTO bulletins_release (page_id, kind) VALUES ({page}, 'imported')",
    "change a document": "UPDATE library_portaldocument SET tlp = 'clear'",
    "change a picture": "UPDATE library_portalimage SET tlp = 'clear'",
    "change an agreement": "UPDATE members_agreement SET text = 'x'",
    "take back an answer": "UPDATE members_agreementanswer SET is_accepted = true",
    "release a lock": "UPDATE members_lock SET released_at = now()",
    "delete a lock": "DELETE FROM members_lock",
    "close an alarm": "UPDATE members_alarm SET closed_at = now()",
    "make an alarm smaller": "UPDATE members_alarm SET count = 0",
    "make an alarm deafening": "UPDATE members_alarm SET count = 2147483647",
    "raise an alarm before Desk does": (
        "INSERT INTO members_alarm (kind, about, count, raised_at, finding)"
        " VALUES ('staff_mail', 'x@x.example', 1, now(), '')"
    ),
    "raise an alarm about a rule": (
        "INSERT INTO members_alarm (kind, about, count, raised_at, finding)"
        " VALUES ('staff_rule', 'sponsor:1', 1, now(), '')"
    ),
    "raise an alarm that is deafening": (
        "INSERT INTO members_alarm (kind, about, count, raised_at, finding)"
        " VALUES ('locks_of_one', 'x@x.example', 2147483647, now(), '')"
    ),
    "plant an address of another account": (
        'INSERT INTO account_emailaddress (user_id, email, verified, "primary")'
        " VALUES ({member}, '{stranger_email}', true, false)"
    ),
    "verify an address of another account": (
        "UPDATE account_emailaddress SET email = '{stranger_email}' WHERE user_id = {member}"
    ),
    "give staff a former address": (
        "INSERT INTO members_formeraddress (person_id, email, until) VALUES ({officer}, 'x@x.example', now())"
    ),
    "give a closed account an address": "UPDATE members_person SET email = 'x@x.example' WHERE id = {closed}",
    "date a sign-in back": "UPDATE members_person SET last_login = '1990-01-01' WHERE id = {officer}",
    "date a sign-in forward": "UPDATE members_person SET last_login = '2999-01-01' WHERE id = {member}",
    "write the profile of staff": (
        "INSERT INTO members_sealedprofile (person_id, field, envelope, sealed_at)"
        " VALUES ({officer}, 'phone', 'x', now())"
    ),
    "write a profile for years to come": (
        "INSERT INTO members_sealedprofile (person_id, field, envelope, sealed_at)"
        " VALUES ({member}, 'phone', 'x', '2999-01-01')"
    ),
    "unrevoke a token": "UPDATE members_feedtoken SET revoked_at = NULL",
    "admit an applicant": "UPDATE members_application SET state = 'approved'",
    "make an admitted applicant": (
        "INSERT INTO members_application (uuid, email, name, state, created_at)"
        " VALUES (gen_random_uuid(), 'x@x.example', 'x', 'approved', now())"
    ),
    "name an applicant's account": "UPDATE members_application SET person_id = {member}",
    "forget that an application was sent": (
        "UPDATE members_application SET state = 'withdrawn', submitted_at = NULL WHERE id = {application}"
    ),
    "forget that a withdrawn one was sent": (
        "UPDATE members_application SET submitted_at = NULL WHERE id = {withdrawn}"
    ),
    "date the sending back": "UPDATE members_application SET submitted_at = '1990-01-01' WHERE id = {application}",
    "send one without a date": "UPDATE members_application SET state = 'submitted' WHERE id = {started}",
    "forget what Desk saw of one": "UPDATE members_application SET reached_desk_at = NULL",
    "find one withdrawn for Desk": "UPDATE members_application SET withdrawal_seen_at = '1990-01-01'",
    "begin one that was withdrawn long ago": (
        "INSERT INTO members_application (uuid, email, name, state, created_at, withdrawal_seen_at)"
        " VALUES (gen_random_uuid(), 'x@x.example', 'x', 'started', now(), '1990-01-01')"
    ),
    "rename who is being vetted": "UPDATE members_application SET name = 'x' WHERE id = {application}",
    "rename who was refused": "UPDATE members_application SET name = 'y' WHERE id = {refused}",
    "unverify an address": "UPDATE members_application SET email_verified_at = NULL WHERE id = {application}",
    "appeal twice": "UPDATE members_application SET state = 'appealed' WHERE id = {refused}",
    "date a page back": (
        "INSERT INTO members_applicationpart (application_id, page, version, envelope, saved_at)"
        " VALUES ({more}, 'work', 2, '', '1990-01-01')"
    ),
    "save a page for later": (
        "INSERT INTO members_applicationpart (application_id, page, version, envelope, saved_at)"
        " VALUES ({more}, 'work', 2, '', now() + interval '1 day')"
    ),
    "use up the versions of a page": (
        "INSERT INTO members_applicationpart (application_id, page, version, envelope, saved_at)"
        " VALUES ({more}, 'work', 32767, '', now())"
    ),
    "date a withdrawal back": (
        "INSERT INTO members_vettingentry (application_id, kind, outcome, at, details, over)"
        " VALUES ({withdrawn}, 'withdrawal', 'none', '1990-01-01', '', '')"
    ),
    "withdraw what is not withdrawn": (
        "INSERT INTO members_vettingentry (application_id, kind, outcome, at, details, over)"
        " VALUES ({application}, 'withdrawal', 'none', now(), '', '')"
    ),
    "answer what was not asked": (
        "INSERT INTO members_vettingentry (application_id, kind, outcome, at, details, over)"
        " VALUES ({application}, 'answered', 'none', now(), '', '')"
    ),
    "answer for one that was refused": (
        "INSERT INTO members_vettingentry (application_id, kind, outcome, at, details, over)"
        " VALUES ({refused}, 'answered', 'none', now(), '', '')"
    ),
    "delete an application": "DELETE FROM members_application",
    "delete what was written": "DELETE FROM members_applicationpart",
    "delete what was found": "DELETE FROM members_vettingentry",
    "change what was found": "UPDATE members_vettingentry SET outcome = 'good'",
    "vet as staff": (
        "INSERT INTO members_vettingentry (application_id, kind, outcome, by_id, at, details)"
        " VALUES ({application}, 'answered', 'none', {officer}, now(), '')"
    ),
    "vet as nobody": (
        "INSERT INTO members_vettingentry (application_id, kind, outcome, at, details)"
        " VALUES ({application}, 'call_back', 'good', now(), '')"
    ),
    "complete a validation": "UPDATE members_validation SET completed_at = now()",
    "confirm as staff": (
        "UPDATE members_validation SET confirmed_by_id = {officer}, confirmed_at = now(), is_confirmed = true"
    ),
    "confirm oneself": (
        "UPDATE members_validation SET confirmed_by_id = {member}, confirmed_at = now(), is_confirmed = true"
    ),
    "answer the validation of staff": (
        "UPDATE members_validation SET answered_at = now(), same_employer = false WHERE person_id = {officer}"
    ),
    "deny staff as their contact": (
        "UPDATE members_validation SET confirmed_by_id = {member}, confirmed_at = now(), is_confirmed = false"
        " WHERE person_id = {officer}"
    ),
    "refuse an agreement for staff": (
        "INSERT INTO members_agreementanswer (person_id, agreement_id, is_accepted, text_hash, answered_at)"
        " VALUES ({officer}, {agreement}, false, 'x', now())"
    ),
    "date an answer to an agreement back": (
        "INSERT INTO members_agreementanswer (person_id, agreement_id, is_accepted, text_hash, answered_at)"
        " VALUES ({member}, {agreement}, true, 'x', '1990-01-01')"
    ),
    "take back a departure": "DELETE FROM members_departure",
    "report staff as gone": (
        "INSERT INTO members_departure (person_id, organisation_id, reported_by_id, reported_at)"
        " VALUES ({officer}, {organisation}, {member}, now())"
    ),
    "report somebody elsewhere as gone": (
        "INSERT INTO members_departure (person_id, organisation_id, reported_by_id, reported_at)"
        " VALUES ({stranger}, {organisation}, {member}, now())"
    ),
    "report as nobody's contact": (
        "INSERT INTO members_departure (person_id, organisation_id, reported_by_id, reported_at)"
        " VALUES ({member}, {organisation}, {stranger}, now())"
    ),
    "make members dormant": "UPDATE members_visit SET active_at = '1990-01-01'",
    "keep members awake for ever": "UPDATE members_visit SET active_at = now() + interval '1 hour'",
    "accept a proposal": "UPDATE members_membershipproposal SET is_accepted = true",
    "answer a question to share": "UPDATE bulletins_sharerequest SET is_granted = true",
    "answer for a captain twice": "UPDATE members_captainreview SET is_supported = true",
    "read who lost a factor": "SELECT * FROM members_factorrecovery",
    "read roles given": "SELECT * FROM members_rolechange",
    "change the settings": "UPDATE core_portalsettings SET name = 'x'",
    "send mail of Desk": (
        "INSERT INTO core_outgoingmail (kind, about, site, created_at, due_at, attempts, problem)"
        " VALUES ('welcome', '', 'desk', now(), now(), 0, '')"
    ),
    "put mail that was tried for years": (
        "INSERT INTO core_outgoingmail (kind, about, site, created_at, due_at, attempts, problem)"
        " VALUES ('x', '', 'front', now(), '1990-01-01', 32767, '')"
    ),
    "say that mail was tried for years": "UPDATE core_outgoingmail SET attempts = 32767 WHERE site = 'front'",
    "send again what was sent": "UPDATE core_outgoingmail SET sent_at = NULL WHERE kind = 'sent'",
    "stop mail of Desk": "UPDATE core_outgoingmail SET sent_at = now() WHERE site = 'desk'",
    "read migrations": "SELECT * FROM django_migrations",
    "write migrations": "DELETE FROM django_migrations",
    "forget a destruction": "DELETE FROM vault_destruction",
    "empty a table": "TRUNCATE members_frontsession",
    "switch a guard off": "ALTER TABLE members_person DISABLE TRIGGER portal_guard",
    "become the owner": "SET ROLE {owner}",
    "make a table": "CREATE TABLE x (id int)",
    "make a temporary table": "CREATE TEMPORARY TABLE x (id int)",
    "switch triggers off": "SET session_replication_role = 'replica'",
}


@pytest.fixture
def rows(world: World) -> dict[str, Any]:
    """A row of each kind that Front might reach for, so that a refusal is not for want of one."""
    for person in (world.member, world.officer):
        enrol(person)
    now = timezone.now()
    application = Application.objects.create(name="New", email="new@partner.example", state=ApplicationState.SUBMITTED)
    application.entries.create(kind=VettingKind.APPEAL)
    application.parts.create(page="work", version=1, envelope=b"x")
    others = {
        state: Application.objects.create(name="x", email=f"{state}@partner.example", state=state)
        for state in ("started", "more_asked", "refused", "withdrawn")
    }
    Application.objects.filter(state__in=["submitted", "withdrawn"]).update(submitted_at=now, email_verified_at=now)
    others["more_asked"].parts.create(page="work", version=1, envelope=b"x")
    for kind in (VettingKind.DECISION, VettingKind.APPEAL, VettingKind.DECISION):
        others["refused"].entries.create(kind=kind)
    asked = {"captain": world.member, "asked_by": world.officer, "shown": b"x", "answered_at": now}
    CaptainReview.objects.create(application=application, **asked)
    Lock.objects.create(email=world.member.email, network="192.0.2.1")
    alarms.raise_alarm(AlarmKind.MANY_LOCKS)
    FeedToken.objects.create(person=world.member, label="x", digest="x", expires_at=now, revoked_at=now)
    organisation = OrganisationFactory()
    Affiliation.objects.create(person=world.member, organisation=organisation, is_point_of_contact=True)
    Affiliation.objects.create(person=world.officer, organisation=organisation)
    Departure.objects.create(person=world.member, organisation=organisation, reported_by=world.officer)
    Validation.objects.create(person=world.member, due_at=now + timedelta(days=1), answered_at=now)
    Validation.objects.create(person=world.officer, due_at=now + timedelta(days=1))
    community = world.member.community_memberships.get().community
    MembershipProposal.objects.create(community=community, email="x@x.example", proposed_by=world.member)
    ShareRequest.objects.create(page_id=world.page.pk, person=world.member, with_whom="x", reason="x")
    agreement = Agreement.objects.create(kind="tlp", number=1, title="x", text="x", in_force_from=now)
    AgreementAnswer.objects.create(person=world.member, agreement=agreement, is_accepted=False, text_hash="x")
    OutgoingMail.objects.create(kind="welcome", site="desk")
    OutgoingMail.objects.create(kind="x", site="front")
    OutgoingMail.objects.create(kind="sent", site="front", sent_at=timezone.now())
    stranger = PersonFactory()
    return {
        "member": world.member.pk,
        "officer": world.officer.pk,
        "stranger": stranger.pk,
        "stranger_email": stranger.email,
        "closed": PersonFactory(standing="closed").pk,
        "agreement": agreement.pk,
        "started": others["started"].pk,
        "more": others["more_asked"].pk,
        "refused": others["refused"].pk,
        "withdrawn": others["withdrawn"].pk,
        "organisation": organisation.pk,
        "page": world.page.pk,
        "application": application.pk,
        "group": Group.objects.get(name=StaffRole.ADMINISTRATOR.value).pk,
        "owner": connections["default"].settings_dict["USER"],
    }


@on_postgresql
@pytest.mark.parametrize("verb", FORBIDDEN)
def test_front_may_not(as_front: AsFront, rows: dict[str, Any], verb: str) -> None:
    statement = FORBIDDEN[verb].format(**rows)
    with as_front(), pytest.raises(ProgrammingError) as caught, transaction.atomic():
        if verb in {"become the owner", "switch triggers off"}:  # asked as a session that is Front's from the start
            execute(f"SET LOCAL SESSION AUTHORIZATION {connections_role()}")
        execute(statement)
    assert getattr(caught.value.__cause__, "sqlstate", "") == "42501"  # insufficient_privilege
    with transaction.atomic():
        execute("RESET ROLE")


@on_postgresql
def test_front_may_record_what_the_portal_records(as_front: AsFront) -> None:
    """So that what stands above is refused for what is wrong with it alone."""
    facts = """'{"a": [1, "b"], "c": true, "d": -9007199254740991, "e": []}'"""
    with as_front():
        execute(EVENT % ("now() - interval '50 minutes'", "worker", "feed.read", "members.person:7", facts))
        execute(REFERENCE % ("person", "7", "now()"))


def connections_role() -> str:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        [name] = cursor.fetchone()
    return str(name)


def is_sent_to_desk(answer: Any) -> bool:
    return answer.status_code == 403 and "changed on Desk" in answer.content.decode()


@pytest.mark.parametrize(
    "name",
    ["account_change_password", "account_email", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn"],
)
def test_staff_are_told_to_change_it_on_desk(world: World, name: str) -> None:
    """Before the database refuses, and on SQLite as well."""
    for person in (world.officer, world.member):
        enrol(person)
    assert is_sent_to_desk(session_for(world.officer).get(reverse(name)))
    assert not is_sent_to_desk(session_for(world.member).get(reverse(name)))


def set_with_link(link: str) -> bool:
    """Whether the link was believed. If so, the password was sent with it."""
    browser = Client()
    form = browser.get(link.replace(django_settings.PORTAL_FRONT_URL, "")).headers.get("Location", "")
    return form != "" and browser.post(form, CHANGED).status_code == 302


def test_a_link_sets_the_password_of_a_member_and_of_staff_none(world: World) -> None:
    from portal.members import links  # allauth has to be ready first

    assert not set_with_link(links.password_reset_url(world.officer, site="front"))
    assert set_with_link(links.password_reset_url(world.member, site="front"))
    for person, password in ((world.officer, PASSWORD), (world.member, CHANGED["password1"])):
        person.refresh_from_db()
        assert person.check_password(password)


def test_staff_who_ask_on_front_are_sent_to_desk_without_a_link(world: World, mailoutbox: list[Any]) -> None:
    for person in (world.officer, world.member):
        Client().post("/account/password/reset/", {"email": person.email})
    outbox.send_waiting()
    bodies = {message.to[0]: str(message.body) for message in mailoutbox}
    assert f"{django_settings.PORTAL_DESK_URL}/account/password/reset/" in bodies[world.officer.email]
    assert ["/key/" in bodies[person.email] for person in (world.officer, world.member)] == [False, True]
    assert django_settings.PORTAL_DESK_URL not in bodies[world.member.email]


@on_postgresql
def test_what_the_database_refuses_is_said_in_a_sentence(as_front: AsFront, world: World) -> None:
    enrol(world.officer)
    codes = RecoveryCodes.activate(world.officer).get_unused_codes()
    client = Client()
    with as_front():
        give_password(client, world.officer)
        assert is_sent_to_desk(client.post(CODE, {"code": codes[0]}))
        assert not is_signed_in(client)
