"""Addresses of the partnership on both sites: its structure, concerns, initiatives, visits."""

from django.urls import path

from portal.meetings import committees_views, visits_views
from portal.meetings.concerns import initiatives_views, views

urlpatterns = [
    path("partnership/", committees_views.structure, name="partnership"),
    path("partnership/write/<int:pk>/", committees_views.write, name="partnership_write"),
    path("partnership/message/sent/", committees_views.written, name="partnership_written"),
    path("partnership/<slug:slug>/", committees_views.committee, name="partnership_committee"),
    path("concerns/", views.own, name="concerns"),
    path("concerns/new/", views.new, name="concern_new"),
    path("concerns/sector/", views.of_sector, name="concerns_of_sector"),
    path("concerns/<uuid:identifier>/", views.concern, name="concern"),
    path("concerns/<uuid:identifier>/merge/", views.merge, name="concern_merge"),
    path("initiatives/", initiatives_views.initiatives, name="initiatives"),
    path("visits/", visits_views.own, name="visits"),
    path("visits/new/", visits_views.new, name="visit_new"),
]
