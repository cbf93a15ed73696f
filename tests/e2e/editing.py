"""What an editor does in Wagtail and on the desk, step by step."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, Response, expect

from tests.e2e.tabs import Tab

PATIENCE = 30_000  # milliseconds; Wagtail keeps a text some time after the last key
SENTENCE = "[data-audience-sentence]"
# Wagtail's editor notices edits only some time after it has opened; this remembers that it does.
WATCHING = "document.addEventListener('w-unsaved:watch-edits', () => (document.documentElement.dataset.watches = ''))"


@dataclass(frozen=True)
class Text:
    """What is written into a new bulletin."""

    title: str
    safe_title: str
    summary: str
    community: str = "Energy"
    tlp: str = "TLP:AMBER"


def write(tab: Tab, index_pk: int, text: Text) -> int:
    """Write a bulletin and save the draft; returns its number."""
    page = tab.page
    page.add_init_script(WATCHING)
    tab.open(f"/admin/pages/add/bulletins/bulletinpage/{index_pk}/")
    page.locator("#id_title").fill(text.title)
    page.locator("#id_safe_title").fill(text.safe_title)
    page.locator("#id_summary").fill(text.summary)
    mark(page, text)
    page.get_by_role("tab", name="Handling and record").click()
    page.locator("#id_has_no_closure_basis").check()
    save_draft(tab)
    found = re.search(r"/pages/(\d+)/edit/", page.url)
    assert found, page.url
    return int(found.group(1))


def mark(page: Page, text: Text) -> None:
    """Set label and audience; the sentence about who will be able to read it follows."""
    page.get_by_role("tab", name="Who can read this").click()
    expect(page.locator(SENTENCE)).to_contain_text("Read by nobody")
    page.locator("#id_tlp").select_option(text.tlp)
    page.locator("#id_audience_communities").get_by_label(text.community, exact=True).check()
    expect(page.locator(SENTENCE)).to_contain_text(
        re.compile(rf"Read by \d+ \w+: {text.community}\. Not by: .*the public")
    )


def save_draft(tab: Tab) -> None:
    tab.page.get_by_role("button", name="Save draft").click()
    tab.page.wait_for_url("**/edit/")
    expect(tab.page.locator(".messages")).to_contain_text(re.compile("created|saved"))


def retype(page: Page, name: str, words: str) -> Response:
    """Type into a field of the open editor and wait until Wagtail has kept it by itself."""
    page.get_by_role("tab", name="Text").click()
    page.locator("html[data-watches]").wait_for()
    with page.expect_response(is_autosave, timeout=PATIENCE) as kept:
        page.locator(f"#id_{name}").fill(words)
    return kept.value


def is_autosave(response: Response) -> bool:
    return response.request.method == "POST" and "/admin/pages/" in response.url


def ask_for_release(tab: Tab, pk: int) -> None:
    """From the editor's menu to the checklist, both questions answered with no."""
    page = tab.page
    page.locator("footer").get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Ask for release").click()
    page.wait_for_url(f"**/desk/bulletins/{pk}/submit/")
    answer_checklist(page)


def answer_checklist(page: Page) -> None:
    for question in ("Does it name persons or groups?", "Does it touch protest, religion or politics?"):
        page.get_by_role("group", name=question).get_by_text("No", exact=True).click()
    page.get_by_role("button", name="Submit for release").click()
    page.wait_for_url("**/desk/releases/")


def review(tab: Tab, title: str) -> None:
    """Open a submitted bulletin from the queue."""
    tab.open("/desk/releases/")
    tab.page.get_by_role("link", name=title, exact=True).click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(title)


def release(tab: Tab, title: str) -> None:
    review(tab, title)
    tab.page.get_by_role("button", name="Release bulletin").click()
    tab.page.wait_for_url("**/desk/releases/")
    expect(tab.page.locator("main")).to_contain_text("Released. Its readers can open it now.")


def recall(tab: Tab, pk: int, reason: str) -> None:
    tab.open(f"/desk/bulletins/{pk}/recall/")
    tab.page.get_by_label("Why is it recalled?").fill(reason)
    tab.page.get_by_label("Type the word").fill("recall")
    tab.page.get_by_role("button", name="Recall bulletin").click()
    tab.page.wait_for_url(f"**/desk/bulletins/{pk}/readers/")


def path_of(front: Tab, title: str) -> str:
    """The address of a bulletin, as the list gives it to this reader."""
    front.open("/bulletins/")
    return str(front.page.get_by_role("link", name=title, exact=True).get_attribute("href"))
