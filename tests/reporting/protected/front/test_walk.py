"""Random walks through the form: answers right and wrong, pages in any order, two windows, sessions that end.

Whatever is typed: nothing of it stands anywhere in clear, what was typed last on a page is still there, and nothing is
submitted that the statute does not reach, or of which a page is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal.reporting.drafting import cookie_name
from portal.reporting.enums import DraftKind
from portal.reporting.models import Draft, DraftPart, Report
from tests.conftest import rolled_back, session_for
from tests.factories import OrganisationFactory
from tests.reporting.front.test_marker import everything_stored
from tests.reporting.protected.front.conftest import NO_REGIME, PAGES, Submitter, submitter_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]
MARK = "xylophone-heron-4471"
Variant = tuple[dict[str, str], bool]  # what is typed in place of the right answers, and whether the page is right

VARIANTS: dict[str, list[Variant]] = {
    "elements": [
        ({"threat": f"{MARK} dark"}, True),
        ({"nonpublic": "no"}, False),
        ({"owner": "no", "threat": MARK}, False),
        ({"voluntary": "no", "threat": MARK}, False),
        ({"planning": "no"}, False),
        ({"threat": ""}, False),
        ({"voluntary": "perhaps"}, False),
        ({"owner": ""}, False),
    ],
    "secret": [
        ({}, True),
        ({"claim": "yes", "why": MARK}, True),
        ({"claim": "yes"}, False),
        ({"claim": MARK}, False),
    ],
    "matter": [
        ({"what": f"{MARK} one"}, True),
        ({"what": f"{MARK} two", "banners": "CUI//CEII"}, True),
        ({"what": "", "use": MARK}, False),
        ({"sector": MARK}, False),
        ({"county": "99999"}, False),
        ({"infrastructure": f"{MARK}\0"}, False),
        ({"what": "x" * 10_001}, False),
    ],
    "readers": [
        ({}, True),
        ({"readers": "planners", "planners": MARK}, True),
        ({"readers": "planners"}, False),
        ({"readers": "anybody"}, False),
    ],
    "wish": [({"address": MARK}, True), ({"wish": "destroy", "address": ""}, True), ({"address": ""}, False)],
    "contact": [
        ({"contact": MARK}, True),
        ({"contact": MARK, "alternate": "nobody@other.example"}, False),
        ({"contact": "", "when": MARK}, False),
        ({"organisation": "0", "contact": MARK}, False),
    ],
    "certify": [({}, True), ({"signed": MARK}, False), ({"authority": ""}, False), ({"nonpublic": ""}, False)],
}
CHOICES = [(page, variant) for page, variants in VARIANTS.items() for variant in variants]
DEEDS = ("write", "write", "write", "right", "window", "ended", "regimes", "refused", "send", "send")


@dataclass
class Walk:
    """One form on its way, and what is known of it from outside: what was typed last on each page, and if right."""

    one: Submitter
    typed: dict[str, dict[str, str]] = field(default_factory=dict)
    right: dict[str, bool] = field(default_factory=dict)
    is_begun: bool = False

    def take(self, deed: str, page: str, variant: Variant) -> None:
        getattr(self, f"do_{deed}")(page, variant)
        if self.is_begun:
            self.hold_to_what_was_typed()

    def do_regimes(self, _page: str, _variant: Variant) -> None:
        answer = self.one.begin(ssi="yes", authority=MARK)
        assert answer.status_code == 302
        self.is_begun = True

    def do_refused(self, page: str, variant: Variant) -> None:
        """What may not be here takes everything with it that was typed before."""
        regime = ("classified", "sgi", "cvi")[len(variant[0]) % 3]
        answer = self.one.post("protected", **{**NO_REGIME, regime: "yes", "authority": MARK})
        assert answer.status_code == 422 and MARK not in answer.content.decode()
        assert not Draft.objects.exists() and not DraftPart.objects.exists()
        self.typed, self.right, self.is_begun = {}, {}, False

    def do_right(self, page: str, _variant: Variant) -> None:
        """Every page as it should be, in the order in which one likes."""
        if not self.is_begun:
            self.do_regimes(page, ({}, True))
        for name in sorted(PAGES, reverse=page < "m"):
            self.do_write(name, ({}, True))

    def do_write(self, page: str, variant: Variant) -> None:
        answer = self._send(self.one.browser, page, variant[0], seen=self._version(page))
        if not self.is_begun:
            assert answer.status_code in {302, 409} and not Draft.objects.exists()
            return
        assert answer.status_code == (302 if variant[1] else 422), (page, variant)
        self._note(page, variant)

    def do_window(self, page: str, variant: Variant) -> None:
        """A window that is behind shows both, and overwrites nothing."""
        if not self.is_begun or not self._version(page):
            return
        answer = self._send(self.one.browser, page, variant[0], seen=self._version(page) - 1)
        assert answer.status_code == 409
        shown = answer.context["form"].initial
        assert {name: shown[name] for name in self._answers(page, variant[0])} == self._answers(page, variant[0])

    def do_ended(self, page: str, variant: Variant) -> None:
        """The session has ended: what is typed then is kept, shown to nobody, and there after the next sign-in."""
        if not self.is_begun:
            return
        cookie = cookie_name(DraftKind.PROTECTED, self.one.person.pk)
        alone = Client()
        alone.cookies[cookie] = self.one.browser.cookies[cookie].value
        answer = self._send(alone, page, variant[0], seen=self._version(page))
        assert answer.status_code == 302 and MARK not in alone.get(answer["Location"]).content.decode()
        self._note(page, variant)
        self.one.browser = session_for(self.one.person)
        self.one.browser.cookies[cookie] = alone.cookies[cookie].value

    def do_send(self, _page: str, _variant: Variant) -> None:
        may = self.is_begun and all(self.right.get(page) for page in PAGES)
        before = Report.objects.count()
        answer = self.one.send()
        assert Report.objects.count() - before == int(may), (self.right, answer.status_code)
        if may:
            assert answer["Location"] == reverse("protected_receipt")
            assert not DraftPart.objects.exclude(name="receipt").exists()
            self.one.post("protected_receipt")
            self.typed, self.right, self.is_begun = {}, {}, False

    def hold_to_what_was_typed(self) -> None:
        for page, typed in self.typed.items():
            shown = self.one.get("protected_page", page).context["form"].initial
            assert {name: shown.get(name, "") for name in typed} == typed, page

    def _note(self, page: str, variant: Variant) -> None:
        self.typed[page], self.right[page] = self._answers(page, variant[0]), variant[1]

    def _answers(self, page: str, changed: dict[str, str]) -> dict[str, str]:
        """What a browser sends: a box that is not ticked is not sent at all."""
        answers = {**self.one.answers(page), **changed}
        return {name: value for name, value in answers.items() if value or name not in {"authority", "nonpublic"}}

    def _version(self, page: str) -> int:
        if not self.is_begun:
            return 0
        return int(self.one.get("protected_page", page).context["form"].initial["seen"])

    def _send(self, browser: Client, page: str, changed: dict[str, str], *, seen: int) -> Any:
        data = {"seen": str(seen), **self._answers(page, changed)}
        return browser.post(reverse("protected_page", args=[page]), data)


@given(
    deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.sampled_from(CHOICES)), min_size=3, max_size=12),
    ends_well=st.booleans(),
)
@hypothesis_settings(max_examples=12)
def test_no_walk_loses_stores_in_clear_or_sends_what_it_may_not(
    pages: Any, settings: Any, deeds: list[tuple[str, tuple[str, Variant]]], ends_well: bool
) -> None:
    settings.PORTAL_REPORTS_PER_HOUR = 1_000
    with rolled_back():
        walk = Walk(submitter_of(OrganisationFactory(), name="The engineer of the night"))
        walk.take("regimes", "elements", ({}, True))
        for deed, (page, variant) in deeds:
            walk.take(deed, page, variant)
        if ends_well:
            walk.take("right", "elements", ({}, True))
            walk.take("send", "elements", ({}, True))
            assert Report.objects.exists()
        assert not [name for name, value in everything_stored() if MARK.encode() in value]
