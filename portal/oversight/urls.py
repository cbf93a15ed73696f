"""This room's addresses on both sites."""

from django.urls import path

from portal.oversight import views

urlpatterns = [path("account/activity/", views.activity, name="activity")]
