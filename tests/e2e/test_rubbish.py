"""What nobody should send: each gets a clear page with a sensible status, never an error of the portal's own."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, expect

from tests.e2e.accounts import ENERGY, SUPERVISOR
from tests.e2e.looking import check
from tests.e2e.tabs import Tab, Tabs

LONG = "x" * 3000
RUBBISH = {
    "too long": LONG,
    "control characters": "%00%01%08%1b%7f",
    "a line break": "energy%0d%0aSet-Cookie:%20a=b",
    "not UTF-8": "%ff%fe%c0%af",
    "a lone surrogate": "%ed%a0%80",
    "a right-to-left override": "%e2%80%aeenergy",
    "markup": "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "SQL": "energy'%20OR%201=1--",
    "another script's digits": "%d9%a2%d9%a0%d9%a2%d9%a4",
    "a negative number": "-1",
    "a huge number": "9" * 400,
    "not a number": "NaN",
    "a template": "{{7*7}}%7B%25%20debug%20%25%7D",
}
LISTS = ("/bulletins/", "/guidance/")
NAMES = ("sector", "tlp", "kind", "year", "county", "hazard", "page", "q")
CLEAR = {200, 400, 404}


def ask(tab: Tab, path: str) -> tuple[int, str]:
    """Without the browser's own tidying of addresses."""
    answer = tab.page.request.get(f"{tab.site_url}{path}", max_redirects=0)
    return answer.status, answer.text()


@pytest.mark.parametrize("value", RUBBISH.values(), ids=RUBBISH.keys())
@pytest.mark.parametrize("email", ["", ENERGY], ids=["visitor", "member"])
def test_filters_take_any_rubbish(email: str, value: str, tabs: Tabs) -> None:
    tab = tabs.front(email)
    for path in LISTS:
        for name in NAMES:
            status, text = ask(tab, f"{path}?{name}={value}")
            assert status in CLEAR, f"{path}?{name}= answered {status}"
            assert "<script>alert" not in text
            assert "</html>" in text


def test_a_filter_with_a_word_nobody_knows_shows_an_empty_list(tabs: Tabs) -> None:
    tab = tabs.front()
    tab.open("/bulletins/?sector=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    expect(tab.page.locator("main")).to_contain_text("0 bulletins you can read")
    check(tab.page)


def test_an_overlong_word_does_not_break_the_page(tabs: Tabs) -> None:
    tab = tabs.front()
    tab.open(f"/bulletins/?sector={LONG}")
    check(tab.page)


def test_many_filters_at_once(tabs: Tabs) -> None:
    query = "&".join(f"sector=energy&a{number}={number}" for number in range(100))
    status, _text = ask(tabs.front(), f"/bulletins/?{query}")
    assert status in CLEAR


PATHS = [
    "/bulletins/?page=0",
    "/bulletins/?page=99999",
    "/bulletins/no-such-bulletin/",
    "/bulletins/no-such-bulletin/share/",
    "/bulletins/%00/",
    "/bulletins/%ff/",
    "/bulletins/../../etc/passwd",
    f"/bulletins/{LONG}/",
    "/guidance/no-such-page/",
    "/sectors/no-such-sector/",
    "/sectors/%00/",
    "/b/00000000-0000-0000-0000-000000000000/",
    "/b/not-a-uuid/",
    "/library/00000000-0000-0000-0000-000000000000/",
    "/static/no-such-file.css",
    "/static/../../manage.py",
    "/desk/",
    "/admin/",
    "/account/login/extra/",
    "/account/password/reset/key/1-wrong/",
    "/account/confirm-email/wrong/",
    "/.env",
    "/wp-login.php",
    "//evil.example/",
]


@pytest.mark.parametrize("path", PATHS, ids=[path[:40] for path in PATHS])
@pytest.mark.parametrize("email", ["", ENERGY], ids=["visitor", "member"])
def test_an_unknown_address_gets_a_clear_page(email: str, path: str, tabs: Tabs) -> None:
    status, text = ask(tabs.front(email), path)
    assert status in {200, 301, 302, 400, 404}, status
    assert "Traceback" not in text


FORMS = ["/account/login/", "/account/code/", "/account/logout/", "/account/feed/", "/account/password/reset/"]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("email", ["", ENERGY], ids=["visitor", "member"])
def test_a_form_without_its_token_is_refused_in_words(email: str, path: str, tabs: Tabs) -> None:
    answer = tabs.front(email).page.request.post(
        path, form={"login": "x", "password": "y", "label": "z"}, max_redirects=0
    )
    assert answer.status == 403
    assert "</html>" in answer.text()


def test_the_refused_form_says_what_to_do(tabs: Tabs) -> None:
    tab = tabs.front()
    tab.open("/account/login/")
    tab.page.context.clear_cookies()
    tab.page.get_by_label("Work e-mail address").fill("somebody@partner.example")
    tab.page.get_by_label("Password").fill("whatever-it-is")
    with tab.expecting(403):
        tab.page.get_by_role("button", name="I agree, sign in").click()
        expect(tab.page.get_by_role("heading", level=1)).to_be_visible()
    check(tab.page)


def post(request: APIRequestContext, tab: Tab, path: str, form: dict[str, Any]) -> int:
    token = next(cookie["value"] for cookie in tab.page.context.cookies() if cookie["name"].endswith("-csrf"))
    headers = {"X-CSRFToken": token, "Referer": f"{tab.site_url}/"}
    return request.post(path, form=form, headers=headers, max_redirects=0).status


def test_forms_take_any_rubbish(facts: dict[str, Any], tabs: Tabs) -> None:
    tab = tabs.front(ENERGY)
    tab.open("/account/feed/")
    closed = next(row for row in facts["bulletins"] if row["tlp"] == "TLP:AMBER" and row["audience"] == ["energy"])
    for words in ("", LONG, "\x00", "\N{GRINNING FACE}" * 50, "\u202e"):
        for path in ("/account/feed/", f"{closed['path']}share/", f"{closed['path']}useful/"):
            status = post(
                tab.page.request, tab, path, {"label": words, "reason": words, "with_whom": words, "useful": words}
            )
            assert status in {200, 302, 400}, f"{path} answered {status}"


def test_the_audience_takes_a_number_that_no_row_can_have(tabs: Tabs) -> None:
    tab = tabs.desk(SUPERVISOR)
    tab.open("/desk/")
    huge = {"tlp": "TLP:AMBER", "audience_people": "9" * 40}
    assert post(tab.page.request, tab, "/desk/audience/", huge) in {200, 400, 404}


def test_the_desk_takes_any_rubbish(tabs: Tabs) -> None:
    tab = tabs.desk(SUPERVISOR)
    tab.open("/desk/")
    for form in ({}, {"tlp": "TLP:PINK"}, {"tlp": "TLP:AMBER", "audience_people": "x"}, {"tlp": LONG}):
        assert post(tab.page.request, tab, "/desk/audience/", form) in {200, 400, 404}
    for path in ("/desk/releases/999999/decide/", "/desk/releases/999999/countersign/"):
        assert post(tab.page.request, tab, path, {"verb": LONG}) == 404
    for path in ("/desk/releases/?page=x", "/desk/share-requests/?page=-1", "/desk/bulletins/999999/recall/"):
        status, _text = ask(tab, path)
        assert status == 404, path
