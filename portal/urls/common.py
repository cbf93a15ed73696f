"""Addresses that both sites have."""

from django.urls import include, path, re_path
from wagtail.urls import serve_pattern
from wagtail.views import serve

from portal.access.links import page_by_number
from portal.core import views

before_pages = [
    path("-/live", views.live, name="live"),
    path("-/ready", views.ready, name="ready"),
    path("-/theme.css", views.theme, name="theme"),
    path("-/page/<int:pk>/", page_by_number, name="page_by_number"),
    path("robots.txt", views.robots, name="robots"),
    path("", include("portal.members.urls")),
    path("", include("portal.delivery.urls")),
    path("", include("portal.oversight.urls")),
    path("", include("portal.library.urls")),
    path("", include("portal.reporting.urls")),
    path("", include("portal.reporting.redress_urls")),
    path("", include("portal.reporting.protected.certificate_urls")),
    path("", include("portal.meetings.urls")),
    path("", include("portal.figures.urls")),  # before the committees, whose addresses are any word
    path("", include("portal.meetings.partnership_urls")),
    path("", include("portal.bulletins.urls")),
    path("", include("search.urls")),
]

# Wagtail's own list also routes a log-in and a page-password form; neither exists here.
pages = [re_path(serve_pattern, serve, name="wagtail_serve")]
