"""Front's account on PostgreSQL: what Front does works under it, and nothing else does."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal.access.enums import Label
from portal.bulletins.models import BulletinPage, Feedback, Reading, ShareRequest
from portal.core import outbox
from portal.core.grants import checks, guards, page, server, sql
from portal.core.grants.rights import ALL
from portal.core.models import OutgoingMail, PortalSettings
from portal.core.routers import VaultRouter
from portal.library.models import PortalDocument, PortalImage, Rendition
from portal.members import alarms, departures, validation
from portal.members.enums import AlarmKind, ApplicationState, StaffRole, VettingKind
from portal.members.models import (
    Affiliation,
    Agreement,
    AgreementAnswer,
    Application,
    CaptainReview,
    Departure,
    FeedToken,
    FrontSession,
    Lock,
    MembershipProposal,
    Person,
    Validation,
)
from portal.members.welcome import token_for
from portal.vault import records
from portal.vault.models import CodeCopy, DeskCopy
from tests.conftest import enrol, session_for
from tests.factories import PASSWORD, CommunityFactory, OrganisationFactory, PersonFactory, bulletin, staff
from tests.members import test_agreements as agreeing, test_applications as applying
from tests.members.test_sign_in import CODE, code_for, give_password, is_signed_in
from tests.members.test_sign_in_address import NEW, ask_to_change, link_in, sent

AsFront = Callable[[], AbstractContextManager[None]]
ALIASES = ("default", "vault")
NO_ROLES = "SQLite has no roles; `make test` runs this on PostgreSQL (make services)"
CHANGED = {"password1": "another-long-password", "password2": "another-long-password"}
on_postgresql = pytest.mark.skipif("postgresql" not in django_settings.DATABASES["default"]["ENGINE"], reason=NO_ROLES)


def run(*args: str) -> str:
    out = StringIO()
    call_command("database_roles", *args, stdout=out)
    return out.getvalue()


def execute(statement: str, alias: str = "default") -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(scope="module")
def role(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Front's account on the test's server, with the rights of the table. Roles belong to the whole server."""
    with django_db_blocker.unblock():
        name = f"front_of_{connections['default'].settings_dict['NAME']}"
        execute(f"CREATE ROLE {name} LOGIN")
        for alias in ALIASES:
            run("--front", name, "--apply", *(["--vault"] if alias == "vault" else []))
        yield name
        PortalSettings.objects.all().delete()
        for alias in ALIASES:
            execute(f"DROP OWNED BY {name}", alias)
        execute(f"DROP ROLE {name}")


@pytest.fixture
def as_front(role: str, db: None) -> AsFront:
    """Work as Front's account: `with as_front(): ...`. When a test ends, its transaction takes the role back."""

    @contextmanager
    def working() -> Iterator[None]:
        for alias in ALIASES:
            execute(f"SET ROLE {role}", alias)
        try:
            yield
        finally:
            for alias in ALIASES:
                with suppress(DatabaseError):  # what went wrong before this says more
                    execute("RESET ROLE", alias)

    return working


@dataclass
class World:
    member: Person
    officer: Person
    page: BulletinPage
    client: Client


@pytest.fixture
def world(pages: Any) -> World:
    community = CommunityFactory()
    member, officer = PersonFactory(communities=[community]), staff(StaffRole.VETTING_OFFICER, communities=[community])
    page = bulletin(safe_title="For you", tlp=Label.AMBER, audience_communities=[community])
    return World(member, officer, page, session_for(member))


# --- the table ----------------------------------------------------------------------------------------------------


def tables_of(alias: str) -> set[str]:
    """The tables of every model, and the one of migrations, as the router deals them out."""
    models = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    there = {
        model._meta.db_table
        for model in models
        if VaultRouter().allow_migrate(alias, model._meta.app_label, model_name=model._meta.model_name) is not False
    }
    return (there - {"wagtailsearch_indexentry_fts"}) | {"django_migrations"}  # the one is SQLite's own


@pytest.mark.parametrize("alias", ALIASES)
def test_every_table_stands_in_the_table_of_grants_once(alias: str) -> None:
    named = [grant.table for grant in sql.TABLES[alias]]
    assert sorted(named) == sorted(tables_of(alias))


def test_every_column_that_is_named_is_there() -> None:
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    wrong = [
        f"{grant.table}.{column}"
        for grant in (*sql.TABLES["default"], *sql.TABLES["vault"])
        for column in {*grant.select, *grant.update} - set(ALL)
        if column not in {field.column for field in models[grant.table]._meta.local_concrete_fields}
    ]
    assert not wrong


def test_every_grant_says_why_and_every_guard_is_of_a_right_that_is_given() -> None:
    grants = {grant.table: grant for grant in sql.TABLES["default"]}
    assert all(grant.why for grant in grants.values())
    assert not [row for row in guards.GUARDS if row.verb not in {verb for verb, _column in grants[row.table].rights()}]


def test_the_page_shows_the_table() -> None:
    text = (Path(django_settings.BASE_DIR) / "docs" / "database-roles.md").read_text()
    parts = {"content": page.grants("default"), "vault": page.grants("vault"), "rows": page.rows_allowed()}
    for name, expected in parts.items():
        assert text.partition(f"<!-- {name} -->\n\n")[2].partition(f"\n\n<!-- /{name} -->")[0] == expected, name


# --- the command --------------------------------------------------------------------------------------------------


def test_without_roles_it_says_so(db: None) -> None:
    if connections["default"].vendor == "postgresql":
        pytest.skip("PostgreSQL has roles")
    with pytest.raises(CommandError, match="no roles") as caught:
        run("--front", "portal_front", "--check")
    assert caught.value.returncode == 2


@on_postgresql
@pytest.mark.parametrize("name", ["", "no_such_role", 'a"; DROP TABLE x; --', "A", "a" * 64])
def test_what_is_no_role_is_refused(db: None, name: str) -> None:
    with pytest.raises(CommandError) as caught:
        run("--front", name, "--apply")
    assert caught.value.returncode == 2


@on_postgresql
def test_applied_again_it_is_the_same(role: str, db: None) -> None:
    before = server.rights(connections["default"], role)
    assert "No difference." in run("--front", role, "--apply")
    assert server.rights(connections["default"], role) == before


CHANGES = {
    "members_person: UPDATE (standing) is given": "GRANT UPDATE (standing) ON members_person TO {role}",
    "members_desksession: SELECT is given": "GRANT SELECT ON members_desksession TO PUBLIC",
    "members_visit: SELECT is missing": "REVOKE SELECT ON members_visit FROM {role}",
    "members_person: the guard of its rows": "ALTER TABLE members_person DISABLE TRIGGER portal_guard",
    "portal_is_staff: the function": (
        "CREATE OR REPLACE FUNCTION portal_is_staff(person bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false'"
    ),
    "members_alarm: the guard of its rows": "DROP TRIGGER portal_guard ON members_alarm",
    "the role belongs to another role": "GRANT pg_read_all_data TO {role}",
    "the role may make roles": "ALTER ROLE {role} CREATEROLE",
    "stray stands in no row": "CREATE TABLE stray (id int)",
}


@on_postgresql
@pytest.mark.parametrize(("words", "change"), CHANGES.items())
def test_a_difference_is_named_and_applying_mends_what_it_may(role: str, db: None, words: str, change: str) -> None:
    execute(change.format(role=role))
    with pytest.raises(CommandError) as caught:
        run("--front", role, "--check")
    assert caught.value.returncode == 1
    assert words in str(caught.value)
    if words.startswith(("the role", "stray")):
        return
    if "DISABLE" in change:
        execute("ALTER TABLE members_person ENABLE TRIGGER portal_guard")
    assert "No difference." in run("--front", role, "--apply")


@on_postgresql
def test_what_is_printed_is_what_is_run(role: str, db: None) -> None:
    printed = run("--front", role)
    assert printed.startswith("BEGIN;")
    execute(printed.replace("BEGIN;", "", 1).replace("COMMIT;", ""))
    assert "No difference." in run("--front", role, "--check")


def test_the_jobs_of_the_desk_are_closed_to_everybody_but_their_owner() -> None:
    assert sql.without_connection(role="portal_front", database="jobs") == [
        'REVOKE ALL ON DATABASE "jobs" FROM PUBLIC, "portal_front"'
    ]


# --- the start ----------------------------------------------------------------------------------------------------


def refusals(**changed: Any) -> list[str]:
    found = checks.front_has_its_own_account(None, **{"databases": ["default"], **changed})
    return [message.msg for message in found if message.id == "core.E006"]


@on_postgresql
def test_front_does_not_start_as_the_owner_of_the_tables(as_front: AsFront, settings: Any) -> None:
    assert len(refusals()) == 2
    assert "the role is a superuser" in refusals()[0]
    with as_front():
        assert refusals() == []
    settings.PORTAL_SITE = "worker"
    assert refusals(databases=None)
    settings.PORTAL_SITE = "desk"
    assert refusals() == []


@on_postgresql
def test_front_does_not_start_when_a_guard_is_off(as_front: AsFront) -> None:
    execute("ALTER TABLE members_person DISABLE TRIGGER portal_guard")
    with as_front():
        assert "members_person: the guard" in refusals()[0]


def test_the_start_asks_whose_account_it_is() -> None:
    """In a process of its own: this file has registered the check by importing it."""
    script = "import django, sys; django.setup(); sys.exit('portal.core.grants.checks' not in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=django_settings.BASE_DIR, check=False)
    assert done.returncode == 0


@on_postgresql
def test_every_check_of_the_start_can_be_asked_as_front(as_front: AsFront, world: World) -> None:
    with as_front():
        found = {message.id for message in run_checks(databases=["default"])}
    assert "bulletins.E001" not in found
    assert "access.E004" not in found


# --- what Front does ----------------------------------------------------------------------------------------------


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
        (mail,) = sent(mailoutbox)
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


# --- what Front must not do ---------------------------------------------------------------------------------------

# {officer}, {member}, {page}, {group} and so on are keys of rows.
FORBIDDEN = {
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
    "unrevoke a token": "UPDATE members_feedtoken SET revoked_at = NULL",
    "admit an applicant": "UPDATE members_application SET state = 'approved'",
    "make an admitted applicant": (
        "INSERT INTO members_application (uuid, email, name, state, created_at)"
        " VALUES (gen_random_uuid(), 'x@x.example', 'x', 'approved', now())"
    ),
    "name an applicant's account": "UPDATE members_application SET person_id = {member}",
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
    community = world.member.community_memberships.get().community
    MembershipProposal.objects.create(community=community, email="x@x.example", proposed_by=world.member)
    ShareRequest.objects.create(page_id=world.page.pk, person=world.member, with_whom="x", reason="x")
    agreement = Agreement.objects.create(kind="tlp", number=1, title="x", text="x", in_force_from=now)
    AgreementAnswer.objects.create(person=world.member, agreement=agreement, is_accepted=False, text_hash="x")
    OutgoingMail.objects.create(kind="welcome", site="desk")
    return {
        "member": world.member.pk,
        "officer": world.officer.pk,
        "stranger": PersonFactory().pk,
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


def connections_role() -> str:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        [name] = cursor.fetchone()
    return str(name)


# --- what staff are told ------------------------------------------------------------------------------------------


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
