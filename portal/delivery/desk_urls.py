"""Delivery on Desk, below /desk/delivery/."""

from django.urls import path

from portal.delivery import desk

urlpatterns = [
    path("", desk.delivery, name="desk_delivery"),
    path("retry/", desk.retry, name="desk_delivery_retry"),
]
