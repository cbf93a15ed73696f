"""Addresses on Front, the site that faces the internet."""

from portal.urls.common import before_pages, pages

urlpatterns = [*before_pages, *pages]
