"""Addresses on Desk: Front's, so that previews and links resolve, and those of staff."""

from allauth.account import views as account
from django.urls import include, path
from wagtail.admin import urls as wagtail_admin
from wagtail.utils.urlpatterns import decorate_urlpatterns

from portal.bulletins.desk.gate import only_what_one_sees
from portal.bulletins.desk.kept_meanwhile import answer_double_creation
from portal.urls.common import before_pages, pages

# A password alone opened a full session at these; they are not routed (docs/security.md).
UNROUTED = {"wagtailadmin_login", "wagtailadmin_logout"}
admin = [
    pattern
    for pattern in wagtail_admin.urlpatterns
    if getattr(pattern, "name", None) not in UNROUTED and "password_reset" not in str(pattern.pattern)
]
kept = decorate_urlpatterns(admin, answer_double_creation)

urlpatterns = [
    *before_pages,
    # Wagtail looks these names up; they lead to the portal's own sign-in.
    path("account/login/", account.login, name="wagtailadmin_login"),
    path("account/logout/", account.logout, name="wagtailadmin_logout"),
    # Some of Wagtail's own pages name any page and ask no hook.
    path("admin/", include(decorate_urlpatterns(kept, only_what_one_sees))),
    path("desk/", include("portal.bulletins.desk_urls")),
    path("desk/", include("portal.members.desk.urls")),
    path("desk/audit/", include("portal.oversight.desk.urls")),
    path("desk/reports/", include("portal.reporting.desk.urls")),
    path("desk/", include("portal.reporting.desk.more_urls")),
    path("desk/library/", include("portal.library.desk.urls")),
    path("desk/figures/", include("portal.figures.desk.urls")),
    path("desk/delivery/", include("portal.delivery.desk_urls")),
    path("desk/plan/", include("portal.library.plan.desk_urls")),
    path("desk/meetings/", include("portal.meetings.desk.urls")),
    path("desk/", include("portal.meetings.partnership_desk_urls")),
    path("desk/", include("portal.reporting.protected.desk.urls")),
    *pages,
]
