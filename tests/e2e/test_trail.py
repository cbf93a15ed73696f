"""The auditor finds who opened something, and takes the proof away; the member sees their own sign-in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.e2e.accounts import AUDITOR, ENERGY
from tests.e2e.looking import check
from tests.e2e.running import RunningPortal
from tests.e2e.tabs import Tabs
from tests.e2e.test_member import for_one_sector


def test_who_opened_a_bulletin_is_found_and_proven_on_another_machine(
    tabs: Tabs, portal: RunningPortal, facts: dict[str, Any], tmp_path: Path
) -> None:
    path = str(for_one_sector(facts, "energy")["path"])
    tabs.front(ENERGY).open(path)
    portal.manage("audit_seal", "--checkpoint")
    desk = tabs.desk(AUDITOR)
    desk.open("/desk/audit/")
    check(desk.page)
    desk.page.get_by_label("Person").first.fill(ENERGY)
    desk.follow(desk.page.get_by_role("button", name="Find events"))
    assert ENERGY not in desk.page.url
    row = desk.page.locator("tr", has_text="opened").first
    expect(row).to_contain_text("Bulletin")
    desk.follow(row.get_by_role("link").first)
    check(desk.page)
    desk.page.get_by_text("Download the proof").click()
    desk.page.get_by_label("What it is for").fill("A member asked who saw it")
    with desk.page.expect_download() as download:
        desk.page.get_by_role("button", name="Download proof").click()
    proof = tmp_path / "proof.json"
    download.value.save_as(proof)
    bundle = json.loads(proof.read_text())
    assert bundle
    (public,) = (portal.data / "trail-keys").glob("*.public.txt")
    command = [
        sys.executable,
        "-I",
        "scripts/verify_trail.py",
        "export",
        str(proof),
        "--key",
        public.read_text().strip(),
    ]
    done = subprocess.run(command, cwd=portal.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_member_sees_their_own_sign_in(tabs: Tabs, portal: RunningPortal) -> None:
    tab = tabs.front(ENERGY)
    portal.manage("audit_seal")
    tab.open("/account/activity/")
    expect(tab.page.get_by_text("You signed in.").first).to_be_visible()
    check(tab.page)
    tab.page.get_by_role("link", name="This was not me").first.click()
    expect(tab.page.get_by_role("heading", name="If something here was not you")).to_be_visible()
