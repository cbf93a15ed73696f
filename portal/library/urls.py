"""Addresses of the library, of files and of the liability resources."""

from django.urls import include, path

from portal.library import changes, documents, liability, lists, reader, views

urlpatterns = [
    path("library/plan/", include("portal.library.plan.urls")),
    path("library/", lists.library, name="library"),
    path("library/<uuid:identifier>/", documents.document, name="library_document"),
    path("library/<uuid:identifier>/pages/<int:number>/", reader.page, name="library_page"),
    path("library/<uuid:identifier>/picture/", documents.picture, name="library_picture"),
    path("library/<uuid:identifier>/changes/", changes.changes, name="library_changes"),
    path("library/<uuid:identifier>/download/", views.download, name="library_download"),
    path("images/<uuid:identifier>/<int:rendition>/", views.image, name="library_image"),
    path("liability/", liability.provisions, name="liability"),
    path("liability/finder/", liability.finder, name="liability_finder"),
    path("liability/gaps/", liability.gaps, name="liability_gaps"),
    path("liability/<slug:slug>/", liability.provision, name="liability_provision"),
    path("-/logo", views.logo, name="logo"),
]
