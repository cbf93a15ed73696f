"""The demo's pages. Bulletins and guidance are written from real public documents, which each names as its source."""

from __future__ import annotations

import json

from wagtail.models import Page

from portal.access.enums import Label
from portal.bulletins import demo_bulletins, demo_guidance, site_tree
from portal.bulletins.models import InformationIndexPage, InformationPage
from portal.core import demo
from portal.core.models import PortalSettings


@demo.seeder(order=20, title="Pages")
def seed_pages(echo: demo.Echo) -> None:
    home = site_tree.prepare()
    if not home.intro:
        home.title = home.draft_title = "Warnings and guidance for those who keep the state running"
        home.intro = (
            "Warnings and preparedness guidance for the companies and agencies that keep the state running. "
            "Members also receive bulletins that are not public."
        )
        home.join_text = (
            "Membership is for people who protect critical infrastructure in the state: at companies, associations "
            "and public agencies. Ask your sector's co-chair or the contact address below; every applicant is vetted."
        )
        home.save_revision().publish()
    settings = PortalSettings.load()
    if not settings.tagline:
        settings.tagline = "Information sharing for critical infrastructure"
        settings.tip_line = "555-0100"
        settings.duty_line = "555-0101"
        settings.contact_email = "mop3@state.example"
        settings.about = (
            "A demonstration of the portal that a state fusion center and its public-private partnership use to share "
            "warnings. Its organisations, accounts and telephone numbers are invented."
        )
        settings.save()
    echo("home page, lists of bulletins and guidance, settings")


@demo.seeder(order=25, title="Pages about the portal")
def seed_information(echo: demo.Echo) -> None:
    site_tree.prepare()
    about, made = InformationIndexPage.objects.get(), 0
    for path in sorted((demo.folder() / "information").glob("*.json")):
        facts = json.loads(path.read_text())
        if not InformationPage.objects.filter(slug=facts["slug"]).exists():
            page = InformationPage(**facts, tlp=Label.CLEAR)
            Page.objects.get(pk=about.pk).add_child(instance=page)
            page.save_revision().publish()
            made += 1
    echo(f"{made} new")


@demo.seeder(order=30, title="150 real advisories")
def seed_advisories(echo: demo.Echo) -> None:
    from portal.bulletins.importing import import_files

    summary = import_files(sorted((demo.folder() / "csaf").glob("*.json")))
    echo(summary.sentence())


@demo.seeder(order=40, title="Bulletins for members")
def seed_bulletins(echo: demo.Echo) -> None:
    echo(f"{demo_bulletins.seed()} new")


@demo.seeder(order=50, title="Guidance")
def seed_guidance(echo: demo.Echo) -> None:
    echo(f"{demo_guidance.seed()} new")
