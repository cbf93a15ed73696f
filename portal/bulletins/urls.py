"""Addresses of this room that are not Wagtail pages."""

from django.urls import path

from portal.bulletins import feeds, sectors, views
from portal.bulletins.models import BulletinPage, GuidancePage

urlpatterns = [
    path("bulletins/feed/", feeds.feed, name="bulletin_feed"),
    path("bulletins/<slug:slug>/share/", views.share_wider, {"kind": BulletinPage}, name="bulletin_share"),
    path("guidance/<slug:slug>/share/", views.share_wider, {"kind": GuidancePage}, name="guidance_share"),
    path("bulletins/<slug:slug>/useful/", views.useful, name="bulletin_useful"),
    path("b/<uuid:public_id>/", views.permalink, name="bulletin_permalink"),
    path("sectors/", sectors.index, name="sectors"),
    path("sectors/<slug:slug>/", sectors.sector, name="sector"),
]
