"""Addresses of the plan, below /library/plan/."""

from django.urls import path

from portal.library.plan import views

urlpatterns = [
    path("", views.plan, name="plan"),
    path("comments/", views.own_comments, name="plan_comments"),
    path("<slug:slug>/", views.sector, name="plan_sector"),
    path("<slug:slug>/<slug:part>/", views.cell, name="plan_cell"),
]
