"""The vetting desk."""

from django.urls import path

from portal.members.desk import applications

urlpatterns = [
    path("members/", applications.queue, name="desk_members"),
    path("members/<uuid:identifier>/", applications.case, name="desk_application"),
    path("members/<uuid:identifier>/<slug:verb>/", applications.act, name="desk_application_act"),
]
