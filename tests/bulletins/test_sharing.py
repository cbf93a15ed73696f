"""'Ask to share wider': who may ask about what, whom the question reaches, and who may answer."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.access.enums import Label
from portal.bulletins import mail
from portal.bulletins.models import ShareRequest
from portal.core import outbox
from portal.members.enums import StaffRole
from portal.members.models import Community, Person
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, guidance, staff

QUESTION = {"with_whom": "Our contractor", "reason": "They run the pumps."}
ANSWER = {"is_granted": "yes", "answer": "Yes, this once."}
DESK_LIST = "/desk/share-requests/"


@pytest.fixture
def community(pages: Any) -> Community:
    made: Community = CommunityFactory()
    return made


@pytest.fixture
def reader(community: Community) -> Person:
    made: Person = PersonFactory(communities=[community])
    return made


def restricted(community: Community, label: Label = Label.AMBER) -> dict[str, Any]:
    return {"tlp": label, "audience_communities": [community]}


def ask(page: Any, reader: Person) -> ShareRequest:
    return ShareRequest.objects.create(page_id=page.pk, person=reader, **QUESTION)


def test_a_reader_asks_about_guidance_and_others_find_no_form(community: Community, reader: Person) -> None:
    page = guidance(slug="flood-plan", **restricted(community))
    address = "/guidance/flood-plan/share/"
    assert address in session_for(reader).get(page.url).content.decode()
    answer = session_for(reader).post(address, QUESTION)
    assert (answer.status_code, answer["Location"]) == (302, page.url)
    assert ShareRequest.objects.get().page_id == page.pk
    assert session_for(PersonFactory()).get(address).status_code == 404
    assert session_for(PersonFactory()).post(address, QUESTION).status_code == 404
    assert Client().get(address).status_code == 302
    assert ShareRequest.objects.count() == 1


def test_public_guidance_needs_no_question(reader: Person) -> None:
    page = guidance()
    assert f"{page.url}share/" not in session_for(reader).get(page.url).content.decode()


def test_each_address_is_for_its_own_kind_of_page(community: Community, reader: Person) -> None:
    guidance(slug="one", **restricted(community))
    bulletin(slug="two", **restricted(community, Label.GREEN))
    client = session_for(reader)
    assert client.get("/guidance/one/share/").status_code == client.get("/bulletins/two/share/").status_code == 200
    assert client.get("/guidance/two/share/").status_code == client.get("/bulletins/one/share/").status_code == 404


def test_five_questions_about_guidance_can_be_open(community: Community, reader: Person) -> None:
    page = guidance(slug="flood-plan", **restricted(community))
    client = session_for(reader)
    for _ in range(6):
        client.post("/guidance/flood-plan/share/", QUESTION)
    assert ShareRequest.objects.filter(page_id=page.pk).count() == 5


# --- whom it reaches


def test_a_question_about_guidance_reaches_its_owner_or_else_every_mop3_editor(
    community: Community, reader: Person, mailoutbox: list[Any]
) -> None:
    owner, colleague = staff(StaffRole.MOP3_EDITOR), staff(StaffRole.MOP3_EDITOR)
    staff(StaffRole.MIAC_SUPERVISOR)
    guidance(slug="owned", owner=owner, **restricted(community))
    guidance(slug="orphan", **restricted(community))
    client = session_for(reader)
    client.post("/guidance/owned/share/", QUESTION)
    outbox.send_waiting(all_sites=True)
    assert [sent.to for sent in mailoutbox] == [[owner.email]]
    mailoutbox.clear()
    client.post("/guidance/orphan/share/", QUESTION)
    outbox.send_waiting(all_sites=True)
    assert sorted(sent.to[0] for sent in mailoutbox) == sorted([owner.email, colleague.email])
    mailoutbox.clear()
    owner.groups.clear()  # no editor any more, so that somebody else must answer
    client.post("/guidance/owned/share/", QUESTION)
    outbox.send_waiting(all_sites=True)
    assert [sent.to for sent in mailoutbox] == [[colleague.email]]


def test_a_question_about_a_bulletin_reaches_bulletin_staff(
    community: Community, reader: Person, mailoutbox: list[Any]
) -> None:
    author = staff(StaffRole.MIAC_AUTHOR)
    staff(StaffRole.MOP3_EDITOR)
    bulletin(slug="two", by=author, **restricted(community, Label.GREEN))
    session_for(reader).post("/bulletins/two/share/", QUESTION)
    outbox.send_waiting(all_sites=True)
    assert [sent.to for sent in mailoutbox] == [[author.email]]


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("label", [Label.GREEN, Label.AMBER, Label.RED])
def test_mail_about_guidance_names_it_up_to_green_and_not_above(
    community: Community, reader: Person, mailoutbox: list[Any], label: Label
) -> None:
    audience = {"audience_people": [reader]} if label is Label.RED else {"audience_communities": [community]}
    editor = staff(StaffRole.MOP3_EDITOR)
    page = guidance(title="Siege at the dam", slug="siege-at-the-dam", owner=editor, tlp=label, **audience)
    mail.share_wider_requested(ask(page, reader))
    session_for(editor).post(f"{DESK_LIST}{ShareRequest.objects.get().pk}/", ANSWER)
    outbox.send_waiting(all_sites=True)
    asked, answered = mailoutbox
    assert asked.to == [editor.email]
    assert answered.to == [reader.email]
    for mailed in mailoutbox:
        text = mailed.subject + mailed.body
        assert mailed.subject.startswith(label.value)
        assert ("Siege" in text) == (label is Label.GREEN)
        assert "siege-at-the-dam" not in text
        assert "pumps" not in text
    assert f"/-/page/{page.pk}/" in answered.body
    assert (ANSWER["answer"] in answered.body) == (label is Label.GREEN)


# --- who answers


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("role", "answers"),
    [
        (StaffRole.MIAC_AUTHOR, "bulletin"),
        (StaffRole.MIAC_ANALYST, "bulletin"),
        (StaffRole.MIAC_SUPERVISOR, "bulletin"),
        (StaffRole.MOP3_EDITOR, "guidance"),
        (StaffRole.PRIVACY_OFFICER, ""),
        (StaffRole.AUDITOR, ""),
    ],
)
def test_each_answers_the_questions_about_what_is_theirs(
    community: Community, reader: Person, role: StaffRole, answers: str
) -> None:
    pages = {
        "bulletin": bulletin(title="A warning of ours", **restricted(community)),
        "guidance": guidance(title="A checklist of ours", **restricted(community)),
    }
    questions = {kind: ask(page, reader) for kind, page in pages.items()}
    client = session_for(staff(role))
    shown = client.get(DESK_LIST)
    assert shown.status_code == (200 if answers else 404)
    for kind, page in pages.items():
        is_theirs = kind == answers
        assert (page.title in shown.content.decode()) == is_theirs
        address = f"{DESK_LIST}{questions[kind].pk}/"
        assert client.get(address).status_code == (200 if is_theirs else 404)
        assert client.post(address, ANSWER).status_code == (302 if is_theirs else 404)
        questions[kind].refresh_from_db()
        assert bool(questions[kind].answered_at) == is_theirs
    assert ("asking to share wider" in client.get("/desk/").content.decode()) == bool(answers)


@pytest.mark.usefixtures("desk")
def test_the_desk_counts_the_questions_that_one_answers(community: Community, reader: Person) -> None:
    ask(bulletin(**restricted(community)), reader)
    for _ in range(2):
        ask(guidance(**restricted(community)), reader)

    def counted(role: StaffRole) -> int:
        queues = session_for(staff(role)).get("/desk/").context["queues"]
        return int(next(queue.count for queue in queues if queue.url == DESK_LIST))

    assert counted(StaffRole.MIAC_AUTHOR) == 1
    assert counted(StaffRole.MOP3_EDITOR) == 2


@pytest.mark.usefixtures("desk")
def test_the_queue_asks_as_often_for_one_question_as_for_twenty(community: Community, reader: Person) -> None:
    both = PersonFactory(roles=[StaffRole.MIAC_AUTHOR, StaffRole.MOP3_EDITOR])
    client = session_for(both)

    def add() -> None:
        ask(bulletin(**restricted(community)), PersonFactory())
        ask(guidance(**restricted(community)), PersonFactory())

    def queries() -> int:
        client.get(DESK_LIST)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(DESK_LIST).status_code == 200
        return len(caught)

    add()
    one = queries()
    for _ in range(9):
        add()
    assert queries() == one


# --- the migration


def test_going_back_drops_questions_about_guidance_and_keeps_those_about_bulletins(
    community: Community, reader: Person
) -> None:
    kept, _lost = ask(bulletin(**restricted(community)), reader), ask(guidance(**restricted(community)), reader)
    import_module("portal.bulletins.migrations.0003_share_any_page").drop_questions_about_others(apps, None)
    assert ShareRequest.objects.get() == kept


@pytest.mark.usefixtures("desk")
def test_a_row_slipped_into_the_outbox_tells_nobody_anything(
    community: Community, reader: Person, mailoutbox: list[Any]
) -> None:
    owner = staff(StaffRole.MOP3_EDITOR)
    asked = ask(guidance(owner=owner, **restricted(community)), reader)
    outsider = PersonFactory()
    outbox.put("share_wider_request", f"{asked.pk}:{outsider.pk}")
    outbox.put("share_wider_answer", f"{asked.pk}:{outsider.pk}")
    outbox.put("release_needed", f"999:{outsider.pk}")
    assert outbox.send_waiting(all_sites=True) == 3
    assert mailoutbox == []
