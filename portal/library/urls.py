"""Addresses of files."""

from django.urls import path

from portal.library import views

urlpatterns = [
    path("library/<uuid:identifier>/download/", views.download, name="library_download"),
    path("images/<uuid:identifier>/<int:rendition>/", views.image, name="library_image"),
    path("-/logo", views.logo, name="logo"),
]
