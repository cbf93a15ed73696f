"""The leak matrix of search: hits, counts, facets, fragments, 'did you mean', completion and mail, on each engine.

What each visitor may find is written down by hand in items.py. A search tells of nothing else: not by a number, not by
a filter, not by a word that it offers. What is taken back is gone at once, also while an index outside lags behind.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from portal.access.enums import Label
from portal.bulletins import actions
from portal.bulletins.models import BulletinPage, GuidancePage
from portal.delivery import sending
from portal.library.actions import WithdrawDocument
from portal.library.enums import DocumentKind
from portal.library.models import PortalDocument, Provision
from portal.members.enums import StaffRole, Standing
from portal.members.models import Person
from portal.members.viewers import viewer_for
from search import outbox, saved
from search.asked import Asked
from search.engines import engine
from search.engines.elasticsearch import client
from search.listing import look_up
from search.models import Change, Entry, SavedSearch
from search.questions import MARK, UNMARK
from tests.access.leaks.items import Item
from tests.access.leaks.surfaces import Answer, ask, difference
from tests.access.leaks.viewers import ACTIVE, Visitor
from tests.access.leaks.world import World, made
from tests.search.elastic import put_index_in_use, server_without_index

pytestmark = pytest.mark.django_db
# Kinds of things that search finds, by what search calls them.
FOUND = {
    "bulletin": "bulletin",
    "guidance": "guidance",
    "document": str(DocumentKind.GUIDE.value),
    "provision": "provision",
    "meeting": "training",
}
AT_ONCE = 10  # words of one question
WATCHING = ("anybody", "inside", "inside, cleared", "colleague", "named", "suspended in mid-session")
INVENTED = [f"zqxa{sign * 8}" for sign in "bdfghjklmn"]  # as many words that nothing has


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    with made(django_db_blocker, str(tmp_path_factory.mktemp("media")), kinds=tuple(FOUND)) as world:
        yield world


@pytest.fixture(params=["database", pytest.param("elasticsearch", marks=pytest.mark.services)])
def catch_up(
    request: pytest.FixtureRequest, world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], None]]:
    """Each engine in turn, holding the whole world; gives what brings it up to what was changed since."""
    if request.param == "database":
        yield lambda: None
        return
    # On a busy machine a question of many words may take longer than somebody would wait.
    monkeypatch.setattr(client.asked, "__kwdefaults__", {"patience": 30.0, "preference": None})
    with server_without_index(settings):
        put_index_in_use()

        def do() -> None:
            settings.PORTAL_SITE_KIND = "desk"
            outbox.send_waiting()
            settings.PORTAL_SITE_KIND = "front"
            assert not Change.objects.filter(is_confirmed=False).exists()

        do()
        yield do


def hidden_from(world: World, visitor: Visitor) -> list[Item]:
    return [item for item in world.items if visitor.kind not in item.case.readers]


def readable(world: World, visitor: Visitor, *, gone: Iterable[Item] = ()) -> list[Item]:
    """What this visitor finds, by the table that was written by hand; the hub, which has no secret, is not of it."""
    names = {item.name for item in gone}
    return [item for item in world.items if visitor.kind in item.case.readers and item.name not in names]


def typed_badly(word: str) -> str:
    """The word with two letters the wrong way round: still far from every other."""
    return f"{word[:6]}{word[7]}{word[6]}{word[8:]}"


def some_at_once(words: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(words), AT_ONCE):
        yield words[start : start + AT_ONCE]


def results_of(visitor: Visitor, **query: Any) -> Any:
    """What the page was made from, and the page; None where the visitor is led elsewhere, as to an agreement."""
    response: Any = visitor.client.get("/search/", query)
    if response.status_code != HTTPStatus.OK:
        assert response.status_code == HTTPStatus.FOUND
        return None, ""
    return response.context["results"], response.content.decode()


def check_lists(world: World, visitor: Visitor, *, gone: Iterable[Item] = ()) -> int:
    """Hits, fragments, counts and facets of each kind are of what this visitor may read, and of nothing else."""
    mine = readable(world, visitor, gone=gone)
    for kind, called in FOUND.items():
        results, page = results_of(visitor, q="title", kind=called)
        if results is None:
            continue
        expected = [item for item in mine if item.kind == kind]
        shown = {item.name for item in world.items if item.secret in page}
        assert shown == {item.name for item in expected}, f"{kind} for {visitor.kind}"
        assert results.count == len(expected), f"{kind} for {visitor.kind}"
        labels = next((facet.values for facet in results.facets if facet.name == "label"), ())
        assert {value.name: value.count for value in labels} == _labels(expected), f"{kind} for {visitor.kind}"
        tabs = {value.url: value.count for value in results.tabs.values if value.count}
        everything = Counter(FOUND[item.kind] for item in mine)
        assert sorted(tabs.values()) == sorted([*everything.values(), *([len(mine)] if mine else [])]), visitor.kind
    return len(FOUND) * len(world.items)


def _labels(items: Iterable[Item]) -> dict[str, int]:
    return dict(Counter(str(item.case.fields["tlp"].value) for item in items))


def check_words(visitor: Visitor, *, hidden: Iterable[Item], found: Iterable[Item] = ()) -> int:
    """To whoever may not read it, a secret word is a word that does not exist: searched for, misspelled, or begun."""
    secrets, invented = [item.secret for item in hidden], dict[int, Answer]()
    for words in some_at_once([*secrets, *map(typed_badly, secrets)]):
        nothing = invented.get(len(words)) or about(visitor, INVENTED[: len(words)])
        invented[len(words)] = nothing
        assert not difference(about(visitor, words), nothing), f"search tells {visitor.kind} of something"
    for secrets_found in some_at_once([item.secret for item in found]):
        results, _page = results_of(visitor, q=" ".join(map(typed_badly, secrets_found)))
        assert results is None or results.did_you_mean.split() == secrets_found, visitor.kind
    assert not words_only(offered(visitor, "zqx")) & set(secrets)
    return 3 * len(secrets)


def about(visitor: Visitor, words: list[str]) -> Answer:
    """The page about these words, without the words, which stand in the box in any case."""
    answer = ask(visitor, f"/search/?q={'+'.join(words)}")
    return replace(answer, body=re.sub("|".join(words), "WORD", answer.body))


def words_only(offers: Iterable[str]) -> set[str]:
    """Offers without what follows a word in a number: a provision's is its word and a digit."""
    return {offer.partition("-")[0] for offer in offers}


def offered(visitor: Visitor, beginning: str) -> set[str]:
    answer = ask(visitor, f"/search/complete/?q={beginning}")
    return set(json.loads(answer.body)["offers"]) if answer.status == HTTPStatus.OK else set()


# Of those who may read the same things one each.
ASKING = ("anybody", "inside", "inside, cleared", "colleague", "named", "left the community")


def test_each_visitor_finds_what_they_may_read_and_hears_of_nothing_else(
    world: World, catch_up: Callable[[], None], capsys: Any
) -> None:
    cells = sum(check_lists(world, visitor) for visitor in world.visitors)
    for visitor in map(world.visitor, ASKING):
        cells += check_words(visitor, hidden=hidden_from(world, visitor), found=readable(world, visitor))
    _tell(capsys, f"search on {engine().name}", cells)


def test_completion_offers_every_word_to_its_readers_and_to_nobody_else(
    world: World, catch_up: Callable[[], None], capsys: Any
) -> None:
    for visitor in (visitor for visitor in world.visitors if visitor.kind in ACTIVE and visitor.person):
        viewer, most = viewer_for(visitor.person), 2 * len(world.items)  # type: ignore[arg-type]  # asked above
        words = set(engine().complete(viewer, "zqx", at=timezone.now(), most=most))
        assert words_only(words) == {item.secret for item in readable(world, visitor)}, visitor.kind
        assert offered(visitor, "zqx"), "the page offers them as well"
    _tell(capsys, f"completion on {engine().name}", len(ACTIVE) * len(world.items))


def test_mail_of_saved_searches_tells_owners_of_what_they_may_read_and_by_safe_titles(
    world: World, catch_up: Callable[[], None], capsys: Any, settings: Any
) -> None:
    settings.PORTAL_NEWS_CONNECTIONS = 1  # a thread of its own would not see this transaction
    long_ago, cells = timezone.now() - timedelta(days=3), 0
    owners = {visitor.person.email: visitor for visitor in world.visitors if visitor.person is not None}
    for email in owners:
        for kind in FOUND.values():
            facts = {"name": kind, "address": f"q=title&kind={kind}", "alerts": "daily", "told_until": long_ago}
            SavedSearch.objects.create(person=Person.objects.get(email=email), **facts)
    entered_a_day_after(long_ago, catch_up)
    saved.ask_for_mail(timezone.now())
    mail.outbox.clear()
    sending.send_waiting()
    for message in mail.outbox:
        kind = owners[message.to[0]].kind
        # A second factor belongs to a session; mail is for whoever could use one.
        reader = "inside" if kind == "without a second factor" else kind
        for item in world.items:
            cells += 1
            told = any(address in message.body for address in item.addresses.values()) or item.secret in message.body
            assert reader in item.case.readers or not told, f"mail tells {kind} of {item.name}"
            if item.case.fields["tlp"] not in {Label.CLEAR, Label.GREEN}:
                assert f"{item.secret} title" not in message.body and f"s-{item.secret}" not in message.body
    assert {owners[message.to[0]].kind for message in mail.outbox} == ACTIVE | {"without a second factor"}
    _tell(capsys, f"mail of saved searches on {engine().name}", cells)


def entered_a_day_after(moment: Any, catch_up: Callable[[], None]) -> None:
    """Everything, as the engine sees it, was entered a day after that moment."""
    Entry.objects.update(entered_at=moment + timedelta(days=1))
    Change.objects.update(is_confirmed=False)
    catch_up()


# --- what is taken back ----------------------------------------------------------------------------


def take_back(world: World) -> list[Item]:
    """Take one thing back in each way that there is; gives the things that nobody finds any more."""
    recalled = world.item("bulletin", "AMBER for a community")
    supervisor = world.visitor(f"staff: {StaffRole.MIAC_SUPERVISOR.value}").person
    page = BulletinPage.objects.get(title=f"{recalled.secret} title")
    actions.RecallBulletin(page=page, by=supervisor, reason="Wrong.").execute()  # type: ignore[arg-type]  # she is there
    emptied = world.item("provision", "GREEN for a community")
    Provision.objects.get(slug=f"s-{emptied.secret}").audience_communities.clear()
    hidden = world.item("provision", "CLEAR")
    provision = Provision.objects.get(slug=f"s-{hidden.secret}")
    provision.is_shown = False
    provision.save()
    unpublished = world.item("guidance", "AMBER for a confidential community")
    GuidancePage.objects.get(title=f"{unpublished.secret} title").unpublish()
    withdrawn = world.item("document", "AMBER for an organisation")
    document = PortalDocument.objects.get(title=f"{withdrawn.secret} title")
    WithdrawDocument(document=document, by=supervisor, reason="Wrong.").execute()  # type: ignore[arg-type]  # as above
    return [recalled, emptied, hidden, unpublished, withdrawn]


def test_what_is_taken_back_is_gone_at_once_for_all_also_while_the_index_lags(
    world: World, catch_up: Callable[[], None], capsys: Any
) -> None:
    gone, cells = take_back(world), 0
    for _lags in (True, False):
        for visitor in map(world.visitor, WATCHING):
            cells += check_lists(world, visitor, gone=gone) + check_words(visitor, hidden=gone)
        catch_up()
    _tell(capsys, f"search on {engine().name}, after a revocation", cells)


def test_whoever_is_suspended_or_leaves_finds_nothing_more_at_once(world: World, catch_up: Callable[[], None]) -> None:
    now = timezone.now()
    inside, colleague, named = map(world.visitor, ("inside", "colleague", "named"))
    for visitor in (inside, colleague, named):
        check_lists(world, visitor)
    assert inside.person and colleague.person and named.person
    inside.person.community_memberships.update(ended_at=now)
    colleague.person.affiliations.update(ended_at=now)
    Person.objects.filter(pk=named.person.pk).update(standing=Standing.SUSPENDED)
    others = {inside: "left the community", colleague: "elsewhere", named: "suspended in mid-session"}
    for visitor, kind in others.items():
        as_another = replace(visitor, kind=kind)
        check_lists(world, as_another)
        check_words(
            as_another, hidden=[item for item in hidden_from(world, as_another) if item in readable(world, visitor)]
        )


def test_what_expires_or_begins_does_so_without_a_change(
    world: World, catch_up: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window is the portal's clock alone: nothing is entered, and nothing is sent to an index."""
    now = timezone.now()
    ending = world.item("provision", "AMBER for a community")
    provision = Provision.objects.get(slug=f"s-{ending.secret}")
    provision.expires_at = now + timedelta(hours=1)
    provision.save()
    catch_up()
    viewer = viewer_for(world.visitor("inside").person)  # type: ignore[arg-type]  # they are there
    beginning = world.item("provision", "AMBER, not yet")
    for later, found in ((0, ending), (59, ending), (61, None), (25 * 60, beginning)):
        monkeypatch.setattr("search.listing.timezone.now", lambda later=later: now + timedelta(minutes=later))
        for item in (ending, beginning):
            shown = look_up(Asked(item.secret), viewer)
            titles = [row.title.replace(MARK, "").replace(UNMARK, "") for row in shown.rows]
            assert (shown.count, any(item.secret in title for title in titles)) == (int(item is found),) * 2, later


def _tell(capsys: Any, surface: str, cells: int) -> None:
    with capsys.disabled():
        print(f"\nleak matrix, {surface}: {cells} cells", end="")  # noqa: T201  (the count is asked for)
