"""What the editor's form refuses, and what counts as reading."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given, strategies as st
from wagtail.test.utils.form_data import querydict_from_html

from portal.access.enums import Label, Reach
from portal.bulletins.editing import is_reserved
from portal.bulletins.importing import import_files
from portal.bulletins.models import BulletinIndexPage, BulletinPage, Reading
from portal.members.models import Person
from tests.bulletins.test_import_csaf import SAMPLE
from tests.conftest import session_for
from tests.factories import PersonFactory, bulletin, draft


def saved(page: BulletinPage, by: Person, **changes: Any) -> Any:
    """Save a draft as the editor does; the answer holds the form with its errors, or leads on."""
    client, address = session_for(by), f"/admin/pages/{page.pk}/edit/"
    form = querydict_from_html(client.get(address).content.decode(), form_id="page-edit-form")
    return client.post(address, {**form.dict(), "body-count": "0", **changes})


def errors(answer: Any) -> dict[str, Any]:
    return {} if answer.status_code == 302 else dict(answer.context["form"].errors)


# --- HEAD


def test_head_is_not_reading_and_get_is(pages: Any) -> None:
    page = bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS)
    client = session_for(PersonFactory())
    assert client.head(page.url).status_code == 200
    assert not Reading.objects.exists()
    client.get(page.url)
    assert Reading.objects.filter(page=page).count() == 1


# --- supersedes


@pytest.mark.usefixtures("desk")
def test_a_bulletin_cannot_supersede_itself(author: Person) -> None:
    page, older = draft(by=author), bulletin()
    assert "supersedes" in errors(saved(page, author, supersedes=str(page.pk)))
    assert not errors(saved(page, author, supersedes=str(older.pk)))


def test_the_model_and_the_database_refuse_it_too(pages: Any) -> None:
    page = draft()
    page.supersedes = page
    with pytest.raises(ValidationError, match="supersede itself"):
        page.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        BulletinPage.objects.filter(pk=page.pk).update(supersedes=page)


# --- addresses that the portal gives by itself


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("slug", ["b-0123456789ab", "icsa-26-010-01", "icsma-26-010-01", "icsa-26-010-01a-2"])
def test_an_editor_takes_no_address_of_a_release_or_an_import(author: Person, slug: str) -> None:
    page = draft(by=author)
    assert "slug" in errors(saved(page, author, slug=slug))


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("slug", ["b-roll", "b-0123456789abc", "icsa", "floods-26-report", "bulletin-2026-01"])
def test_other_addresses_are_free(author: Person, slug: str) -> None:
    assert not errors(saved(draft(by=author), author, slug=slug))


@pytest.mark.usefixtures("desk")
def test_a_bulletin_keeps_the_address_that_it_was_given(author: Person) -> None:
    import_files([SAMPLE])
    page = BulletinPage.objects.get()
    assert is_reserved(page.slug)
    assert not errors(saved(page, author, summary="With a remark of ours."))


@pytest.mark.usefixtures("desk")
def test_a_title_like_an_advisorys_number_does_not_take_its_address(author: Person) -> None:
    page = draft(by=author)
    assert not errors(saved(page, author, title="ICSA-26-010-01", slug=""))
    assert BulletinPage.objects.get(pk=page.pk).get_latest_revision_as_object().slug == "bulletin-icsa-26-010-01"


@given(st.integers(min_value=0, max_value=16**12 - 1))
def test_whatever_address_a_release_gives_is_reserved(number: int) -> None:
    assert is_reserved(f"b-{number:012x}")


@pytest.mark.parametrize("path", sorted(SAMPLE.parent.glob("*.json")), ids=lambda path: path.stem)
def test_whatever_address_an_import_of_the_demo_gives_is_reserved(path: Any) -> None:
    assert is_reserved(path.stem)


# --- a new page, sent twice at the same moment


@pytest.fixture
def sent_meanwhile(pages: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another request keeps the same new page after this one's form was looked at and before it is saved."""
    add_child = BulletinIndexPage.add_child

    def late(index: Any, **given: Any) -> Any:
        monkeypatch.setattr(BulletinIndexPage, "add_child", add_child)
        draft(slug=given["instance"].slug, title="Kept by itself")
        return add_child(index, **given)

    monkeypatch.setattr(BulletinIndexPage, "add_child", late)


@pytest.mark.parametrize(("accepts", "status"), [("text/html", 409), ("application/json", 400)])
@pytest.mark.usefixtures("desk", "sent_meanwhile")
def test_a_new_page_sent_twice_is_made_once_and_said_so(author: Person, accepts: str, status: int) -> None:
    index = BulletinIndexPage.objects.get()
    client, address = session_for(author), f"/admin/pages/add/bulletins/bulletinpage/{index.pk}/"
    form = querydict_from_html(client.get(address).content.decode(), form_id="page-edit-form")
    typed = {**form.dict(), "body-count": "0", "title": "Twice", "slug": "twice", "summary": "Once is enough."}
    answer = client.post(address, typed, headers={"Accept": accepts})
    assert (answer.status_code, "kept a moment ago" in answer.content.decode()) == (status, True)
    assert [page.title for page in BulletinPage.objects.filter(slug="twice")] == ["Kept by itself"]
