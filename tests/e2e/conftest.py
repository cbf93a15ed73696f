"""The running portal, the browser, and tabs that fail a test on whatever goes wrong in them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.accounts import Codes, Sessions
from tests.e2e.looking import Pictures
from tests.e2e.running import NotStarted, RunningPortal
from tests.e2e.tabs import PATIENCE, Tabs

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "no Chromium: install it (on Debian: apt-get install chromium), or name one in PORTAL_TEST_CHROMIUM; "
    "`playwright install` is not needed"
)
expect.set_options(timeout=PATIENCE)
RUNNING = pytest.StashKey[RunningPortal]()
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
OPTIONS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def chromium() -> str | None:
    named = os.environ.get("PORTAL_TEST_CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for path in map(shutil.which, ("/usr/bin/chromium", *BROWSERS)) if path), None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder; without a browser it is skipped, or fails where servers are required."""
    mine = [item for item in items if HERE in item.path.parents]
    may_skip = os.environ.get("PORTAL_TEST_SERVICES") != "required"
    for item in mine:
        item.add_marker(pytest.mark.e2e)
        if may_skip and chromium() is None:
            item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = chromium()
    assert path, MISSING
    return {**browser_type_launch_args, "executable_path": path, "args": OPTIONS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    desk = {"width": 1280, "height": 800}
    return {**browser_context_args, "viewport": desk, "reduced_motion": "reduce", "timezone_id": "America/Chicago"}


@pytest.fixture(scope="session")
def portal(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Front and Desk over a database of their own, with the demonstration in it."""
    running = RunningPortal(pytestconfig.rootpath, tmp_path_factory.mktemp("portal"))
    pytestconfig.stash[RUNNING] = running
    try:
        running.start()
        yield running
    except NotStarted as problem:
        # Said once, and not again for each test.
        pytest.exit(f"The portal of the browser tests did not start. {problem}", returncode=1)
    finally:
        running.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the portal said last when a test failed; short, so that what failed is not lost behind it."""
    report = yield
    running = item.config.stash.get(RUNNING, None)
    if running and report.failed:
        report.sections += [(f"{site.name}'s log", site.tail(12, width=240)) for site in running.sites.values()]
    return report


@pytest.fixture(scope="session")
def facts(portal: RunningPortal) -> dict[str, Any]:
    """What was in the database at the start."""
    return portal.facts()


@pytest.fixture(scope="session")
def codes(facts: dict[str, Any]) -> Codes:
    return Codes(facts["secrets"])


@pytest.fixture(scope="session")
def sessions(browser: Browser, codes: Codes) -> Sessions:
    return Sessions(browser, codes)


@pytest.fixture
def tabs(
    portal: RunningPortal, new_context: Callable[..., BrowserContext], request: pytest.FixtureRequest
) -> Iterator[Tabs]:
    """Tabs of this test. Afterwards: no console error, no failed or refused request, no error in the portal's log."""
    offsets = {site.name: site.log.stat().st_size for site in portal.sites.values()}
    opened = Tabs(portal.front.url, portal.desk.url, new_context, lambda: request.getfixturevalue("sessions"))
    yield opened
    said = [portal.sites[name].said_since(offset) for name, offset in offsets.items()]
    errors = [line for text in said for line in text.splitlines() if '"level": "ERROR"' in line]
    assert not opened.problems()
    assert not errors


@pytest.fixture(scope="session")
def pictures(pytestconfig: pytest.Config) -> Pictures:
    return Pictures(pytestconfig.rootpath)
