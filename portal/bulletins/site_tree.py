"""The pages that every installation has, and which staff may edit below them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext as _
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page, Site

from portal.access.enums import Label
from portal.bulletins.models import BulletinIndexPage, GuidanceIndexPage, HomePage, InformationIndexPage
from portal.members import rights
from portal.members.enums import StaffRole

ADD_AND_CHANGE = ("add_page", "change_page")
PUBLISH = ("add_page", "change_page", "publish_page")


def prepare() -> HomePage:
    """Make home page, lists, site and page permissions; running it again changes nothing."""
    home = HomePage.objects.first() or _make_home()
    bulletins = BulletinIndexPage.objects.first() or _add(home, BulletinIndexPage, _("Bulletins"), "bulletins")
    guidance = GuidanceIndexPage.objects.first() or _add(home, GuidanceIndexPage, _("Guidance"), "guidance")
    for role in (StaffRole.MIAC_AUTHOR, StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR):
        _grant(role, bulletins, ADD_AND_CHANGE)
    _grant(StaffRole.MOP3_EDITOR, guidance, PUBLISH)
    about = InformationIndexPage.objects.first() or _add(home, InformationIndexPage, _("About the portal"), "about")
    _grant(StaffRole.MOP3_EDITOR, about, PUBLISH)
    rights.grant()
    # A right on the home page would hold for everything below it, the bulletins included.
    GroupPagePermission.objects.filter(page=home, group__name__in=[role.value for role in StaffRole]).delete()
    for role in (StaffRole.MIAC_AUTHOR, StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR, StaffRole.MOP3_EDITOR):
        _grant_files(role)
    # Read anew: the object in hand does not know of its children, and saving it would say that it has none.
    return HomePage.objects.get(pk=home.pk)


def _make_home() -> HomePage:
    root = Page.objects.get(depth=1)
    Page.objects.filter(depth=2, slug="home", content_type__model="page").delete()
    home = HomePage(title=_("Home"), slug="home", tlp=Label.CLEAR)
    root.refresh_from_db()
    root.add_child(instance=home)
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "port": 80, "root_page": home, "site_name": ""}
    )
    return home


def _add(home: HomePage, kind: type[Any], title: str, slug: str) -> Any:
    page = kind(title=title, slug=slug, tlp=Label.CLEAR)
    Page.objects.get(pk=home.pk).add_child(instance=page)
    return page


def _grant(role: StaffRole, page: Page, codenames: tuple[str, ...]) -> None:
    group = Group.objects.get(name=role.value)
    for codename in codenames:
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
        GroupPagePermission.objects.get_or_create(group=group, page=page, permission=permission)


def _grant_files(role: StaffRole) -> None:
    """Let a role add, change and choose documents and pictures; who may read each is its own marking."""
    group, root = Group.objects.get(name=role.value), Collection.get_first_root_node()
    for app, kind in (("wagtaildocs", "document"), ("wagtailimages", "image")):
        for verb in ("add", "change", "choose"):
            permission = Permission.objects.get(content_type__app_label=app, codename=f"{verb}_{kind}")
            GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)
