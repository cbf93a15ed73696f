"""Addresses of the plan on Desk, below /desk/plan/."""

from django.urls import path

from portal.library.plan import desk, desk_comments

urlpatterns = [
    path("", desk.plan, name="desk_plan"),
    path("begin/", desk.begin, name="desk_plan_begin"),
    path("cells/<int:pk>/", desk.cell, name="desk_plan_cell"),
    path("cells/<int:pk>/edit/", desk.edit, name="desk_plan_edit"),
    path("cells/<int:pk>/add/", desk.add, name="desk_plan_add"),
    path("versions/<int:pk>/<slug:name>/", desk.move, name="desk_plan_move"),
    path("comments/", desk_comments.waiting, name="desk_plan_comments"),
    path("comments/<int:pk>/", desk_comments.comment, name="desk_plan_comment"),
]
