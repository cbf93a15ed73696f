"""A browser's tab that watches itself: what goes wrong in it fails the test, whatever the test looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response

from tests.e2e.accounts import Sessions

# The browser's own line about an answer of 400 or above; the answer itself is judged by its status.
STATUS_LINE = "Failed to load resource: the server responded with a status of"
PATIENCE = 20_000  # milliseconds until something that does not come is missed; CI machines are slow
LEFT_EARLY = "net::ERR_ABORTED"  # a page that was left while something of it was still loading


@dataclass
class Tab:
    """A page with its site's address, and all that went wrong in it."""

    page: Page
    site_url: str
    problems: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", self._page_error)
        self.page.on("requestfailed", self._request_failed)
        self.page.on("response", self._response)

    def open(self, path: str, *, status: int = 200) -> Response:
        """Go to an address of this site; the answer has this status, or the test fails."""
        with self.expecting(status):
            answer = self.page.goto(path)
        assert answer is not None, path
        assert answer.status == status, f"{path} answered {answer.status}, not {status}"
        return answer

    def follow(self, link: Locator) -> None:
        """Press Enter on a link or button and wait until its page is there: what is looked at next is that page."""
        with self.page.expect_navigation():
            link.press("Enter")

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Answers with these statuses are meant to come."""
        before = set(self.expected)
        self.expected |= set(statuses)
        try:
            yield
        finally:
            # What the browser has still to say about these answers is heard before they are unexpected again.
            self.page.evaluate("() => true")
            self.expected = before

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(STATUS_LINE):
            self._note(f"console: {message.text}", message.location.get("url", ""))

    def _page_error(self, error: Any) -> None:
        self._note(f"script: {error}", self.page.url)

    def _request_failed(self, request: Request) -> None:
        if request.failure != LEFT_EARLY:
            self._note(f"request failed ({request.failure}): {request.url}", self.page.url)

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected and not is_unfinished_draft(response):
            self._note(f"{response.request.method} {response.url} answered {response.status}", self.page.url)

    def _note(self, words: str, where: str) -> None:
        if not is_wagtails_own(where):
            self.problems.append(f"{words}  [{where}]")


def is_wagtails_own(where: str) -> bool:
    """Whether a message comes from a script that Wagtail brought, which we do not change."""
    return "/static/wagtailadmin/" in where


def is_unfinished_draft(response: Response) -> bool:
    """Whether Wagtail's editor tried to keep a form by itself that was not complete yet; it tells its user so."""
    request = response.request
    by_itself = request.method == "POST" and request.resource_type == "fetch"
    return response.status == 400 and by_itself and "/admin/pages/" in response.url


class Tabs:
    """Opens tabs on Front and on Desk, as a visitor or as somebody who has signed in."""

    def __init__(
        self, front: str, desk: str, new_context: Callable[..., BrowserContext], sessions: Callable[[], Sessions]
    ) -> None:
        self._urls = {"front": front, "desk": desk}
        self._new_context = new_context
        self._sessions = sessions
        self.opened: list[Tab] = []

    def front(self, email: str = "", *, width: int | None = None, **options: Any) -> Tab:
        return self._open("front", email, width, options)

    def desk(self, email: str = "", *, width: int | None = None, **options: Any) -> Tab:
        return self._open("desk", email, width, options)

    def _open(self, site: str, email: str, width: int | None, options: dict[str, Any]) -> Tab:
        url = self._urls[site]
        if email:
            options["storage_state"] = self._sessions().state(url, email)
        context = self._new_context(base_url=url, **options)
        context.set_default_timeout(PATIENCE)
        tab = Tab(context.new_page(), url)
        if width is not None:
            tab.page.set_viewport_size({"width": width, "height": 640})
        self.opened.append(tab)
        return tab

    def problems(self) -> list[str]:
        return [problem for tab in self.opened for problem in tab.problems]
