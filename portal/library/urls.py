"""Addresses of files and of the liability resources."""

from django.urls import path

from portal.library import liability, views

urlpatterns = [
    path("library/<uuid:identifier>/download/", views.download, name="library_download"),
    path("images/<uuid:identifier>/<int:rendition>/", views.image, name="library_image"),
    path("liability/", liability.provisions, name="liability"),
    path("liability/finder/", liability.finder, name="liability_finder"),
    path("liability/gaps/", liability.gaps, name="liability_gaps"),
    path("liability/<slug:slug>/", liability.provision, name="liability_provision"),
    path("-/logo", views.logo, name="logo"),
]
