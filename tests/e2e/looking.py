"""What every page must hold to: WCAG 2.2 A and AA by axe, no sideways scrolling on a phone; and its picture."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FloatRect, Page, ViewportSize

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE: ViewportSize = {"width": 320, "height": 640}
WIDTHS = {320: 640, 768: 1024, 1280: 800}
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
# Those that stand in the documentation, as one window of the browser shows them.
CHOSEN = {
    "home-1280-light.png",
    "bulletins-1280-light.png",
    "bulletins-320-light.png",
    "bulletin-amber-1280-light.png",
    "bulletin-amber-1280-dark.png",
    "bulletin-amber-320-dark.png",
    "member-home-768-light.png",
    "guidance-320-light.png",
    "notice-recalled-1280-light.png",
    "desk-1280-light.png",
    "desk-release-1280-light.png",
    "editor-audience-1280-light.png",
}
LOOKED_AT = {("light", 320), ("dark", 1280)}
TALLEST = 3000  # a picture of fifty rows says no more than one of fifteen


def check(page: Page) -> None:
    """As it stands and as it is on a phone, a page breaks no rule and needs no sideways scrolling."""
    assert_accessible(page)
    before = page.viewport_size
    page.set_viewport_size(PHONE)
    assert_fits(page)
    assert_accessible(page)
    if before:
        page.set_viewport_size(before)


def assert_accessible(page: Page) -> None:
    page.wait_for_load_state()
    options = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    assert not found, f"{page.url} at {page.viewport_size}:\n" + "\n".join(_words(violation) for violation in found)


def _words(violation: dict[str, Any]) -> str:
    places = [f"    {' '.join(map(str, node['target']))}: {node['html'][:160]}" for node in violation["nodes"][:5]]
    why = violation["nodes"][0].get("failureSummary", "").replace("\n", " ")
    return "\n".join([f"  {violation['id']} ({violation['impact']}): {violation['help']}; {why}", *places])


def assert_fits(page: Page) -> None:
    """Nothing sticks out at the side; what does is named."""
    width, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= seen, f"{page.url} is {width} px wide in {seen} px: {page.evaluate(STICKING_OUT)}"


STICKING_OUT = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .slice(0, 5).map((element) => element.outerHTML.slice(0, 120))"""


class Pictures:
    """PORTAL_SCREENSHOTS=all keeps pictures of pages, whole, under var/; `docs` the chosen ones in docs/ as well."""

    def __init__(self, root: Path) -> None:
        wanted = os.environ.get("PORTAL_SCREENSHOTS")
        self._all = root / "var" / "screenshots" if wanted else None
        self._chosen = root / "docs" / "screenshots" if wanted == "docs" else None

    def take(self, page: Page, name: str, *, look: Callable[[Page], None] | None = None) -> None:
        """The page at each width, in light and in dark; `look` is asked about both schemes."""
        for scheme, width in self._views():
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            self._save(page, f"{name}-{width}-{scheme}.png")
            if look and (scheme, width) in LOOKED_AT:
                look(page)

    def _views(self) -> list[tuple[Scheme, int]]:
        """Where nobody wants pictures, only what is looked at: to take them is most of the time."""
        every = [(scheme, width) for scheme in SCHEMES for width in WIDTHS]
        return [view for view in every if self._all or view in LOOKED_AT]

    def _save(self, page: Page, name: str) -> None:
        if self._all is None:
            return
        self._all.mkdir(parents=True, exist_ok=True)
        width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
        part: FloatRect = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
        page.screenshot(path=self._all / name, full_page=True, clip=part)
        if self._chosen is not None and name in CHOSEN:
            self._chosen.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=self._chosen / name)
