"""How bulletins look in Wagtail: released instead of published, recalled instead of unpublished."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem

from portal.bulletins.desk.visibility import drafted_documents, visible_pages
from portal.bulletins.models import BulletinPage
from portal.members.enums import StaffRole

hooks.register("drafted_documents", drafted_documents)  # the library asks for them by this name


class BulletinActionItem(ActionMenuItem):
    """An entry in the editor's action menu that leads to a page of the desk."""

    view_name = ""
    roles: tuple[StaffRole, ...] = ()

    def is_shown(self, context: dict[str, Any]) -> bool:
        page = context.get("page")
        if context["view"] == "create" or not isinstance(page, BulletinPage):
            return False
        return bool(context["request"].user.has_role(*self.roles)) and self.fits(page)

    def fits(self, page: BulletinPage) -> bool:
        return True

    def get_url(self, context: dict[str, Any]) -> str:
        return reverse(self.view_name, args=[context["page"].pk])


class SubmitForReleaseItem(BulletinActionItem):
    name = "action-submit-for-release"
    label = _("Ask for release")
    icon_name = "check"
    view_name = "desk_submit"
    roles = (StaffRole.MIAC_AUTHOR, StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR)

    def fits(self, page: BulletinPage) -> bool:
        return page.recalled_at is None


class ReleaseUrgentlyItem(BulletinActionItem):
    name = "action-release-urgently"
    label = _("Release urgently")
    icon_name = "warning"
    view_name = "desk_release_urgently"
    roles = (StaffRole.MIAC_SUPERVISOR,)

    def fits(self, page: BulletinPage) -> bool:
        return page.recalled_at is None


class RecallItem(BulletinActionItem):
    name = "action-recall"
    label = _("Recall")
    icon_name = "cross"
    view_name = "desk_recall"
    roles = (StaffRole.MIAC_SUPERVISOR,)

    def fits(self, page: BulletinPage) -> bool:
        return bool(page.live) and page.recalled_at is None


@hooks.register("register_page_action_menu_item")
def submit_item() -> ActionMenuItem:
    return SubmitForReleaseItem(order=10)


@hooks.register("register_page_action_menu_item")
def urgent_item() -> ActionMenuItem:
    return ReleaseUrgentlyItem(order=20)


@hooks.register("register_page_action_menu_item")
def recall_item() -> ActionMenuItem:
    return RecallItem(order=30)


@hooks.register("register_admin_menu_item")
def desk_item() -> MenuItem:
    return MenuItem(_("Desk"), reverse("desk"), icon_name="tasks", order=1)


@hooks.register("insert_global_admin_js")
def audience_script() -> str:
    """Keeps the audience sentence in step with the form; without it the sentence shows what was saved.

    On every page of the admin, since a file may be uploaded wherever one is chosen.
    """
    return format_html('<script src="{}" defer></script>', static("portal/admin-audience.js"))


@hooks.register("construct_main_menu")
def hide_what_is_not_used(request: HttpRequest, menu_items: list[Any]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in {"help", "reports"}]


@hooks.register("construct_page_chooser_queryset")
def choose_among_what_one_sees(pages: Any, request: HttpRequest) -> Any:
    """Wagtail's chooser lists every page to everybody who may enter the admin."""
    return _seen(pages, request)


@hooks.register("construct_explorer_page_queryset")
def explore_what_one_sees(parent: Any, pages: Any, request: HttpRequest) -> Any:
    """Wagtail's explorer goes by rights on branches; this holds as well where such a right was given too widely."""
    return _seen(pages, request)


def _seen(pages: Any, request: HttpRequest) -> Any:
    return pages.filter(pk__in=visible_pages(request.user).values("pk"))  # type: ignore[arg-type]  # a person
