"""Words that mean the same: found by each other, edited by staff, effective at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from wagtail.models import ModelLogEntry

from portal.members.enums import StaffRole
from search import synonyms
from search.models import Synonyms
from tests.conftest import session_for
from tests.factories import bulletin, staff

pytestmark = pytest.mark.django_db
LIST = "/admin/snippets/search/synonyms/"


def count(typed: str) -> int:
    answer = Client().get("/search/", {"q": typed})
    return int(answer.context["results"].count)


def body(text: str) -> str:
    return json.dumps([{"type": "text", "value": f"<p>{text}</p>"}])


def test_a_short_name_and_what_it_stands_for_find_each_other(pages: Any) -> None:
    synonyms.prepare()
    bulletin(title="One", body=body("The emergency operations center opened."))
    bulletin(title="Two", body=body("The EOC opened."))
    bulletin(title="Three", body=body("Write your continuity of operations plan."))
    assert count("EOC") == count("emergency operations center") == count('"emergency operations center"') == 2
    assert count("COOP") == count("continuity of operations") == 1


def test_a_name_with_two_meanings_finds_both(pages: Any) -> None:
    synonyms.prepare()
    bulletin(title="One", body=body("the business emergency operations cell"))
    bulletin(title="Two", body=body("the business emergency operations center"))
    assert count("BEOC") == 2


def test_a_change_counts_from_the_next_search_on(pages: Any) -> None:
    bulletin(title="Horse")
    assert count("mare") == 0
    row = Synonyms.objects.create(words="mare, horse")
    assert count("mare") == 1
    Synonyms.objects.filter(pk=row.pk).update(is_used=False)
    assert count("mare") == 0


def test_the_first_ones_come_once_and_do_not_come_back(pages: Any) -> None:
    assert synonyms.prepare() == len(synonyms.FIRST)
    assert synonyms.prepare() == 0
    Synonyms.objects.exclude(words__startswith="EOC").delete()
    assert synonyms.prepare() == 0 and Synonyms.objects.count() == 1


@pytest.mark.usefixtures("desk")
class TestOnDesk:
    @pytest.mark.parametrize("role", synonyms.EDITORS)
    def test_editors_write_them(self, pages: Any, role: StaffRole) -> None:
        client = session_for(staff(role))
        answer = client.post(f"{LIST}add/", {"words": "mare, horse", "note": "", "is_used": "on"})
        assert answer.status_code == 302, answer.context and answer.context["form"].errors
        row = Synonyms.objects.get()
        assert client.post(f"{LIST}delete/{row.pk}/").status_code == 302
        assert not Synonyms.objects.exists()
        assert ModelLogEntry.objects.filter(content_type__model="synonyms").count() == 2

    @pytest.mark.parametrize("role", [StaffRole.PRIVACY_OFFICER, StaffRole.ADMINISTRATOR])
    def test_others_in_the_admin_do_not(self, pages: Any, role: StaffRole) -> None:
        client = session_for(staff(role))
        assert client.post(f"{LIST}add/", {"words": "mare, horse", "is_used": "on"}).status_code in {302, 404}
        assert not Synonyms.objects.exists()

    @pytest.mark.parametrize("words", ["horse", "horse, ", "horse, HORSE", "horse, the of", ", ,", "mare, " + "a " * 9])
    def test_what_would_find_nothing_or_everything_is_refused(self, pages: Any, words: str) -> None:
        client = session_for(staff(StaffRole.MOP3_EDITOR))
        client.post(f"{LIST}add/", {"words": words, "note": "", "is_used": "on"})
        assert not Synonyms.objects.exists()
