"""Addresses of search, on both sites."""

from django.urls import path

from search import saved_views, views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/complete/", views.complete, name="search_complete"),
    path("search/saved/", saved_views.saved, name="saved_searches"),
    path("search/saved/change/", saved_views.change, name="saved_search_change"),
    path("search/saved/delete/", saved_views.delete, name="saved_search_delete"),
]
