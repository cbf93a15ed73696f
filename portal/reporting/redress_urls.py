"""Addresses of redress, on both sites."""

from django.urls import path

from portal.reporting.views import redress

urlpatterns = [
    path("redress/", redress.ask, name="redress"),
    path("redress/received/<str:receipt>/", redress.received, name="redress_received"),
]
