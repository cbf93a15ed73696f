"""Meetings on Desk, below /desk/meetings/."""

from django.urls import path

from portal.meetings.desk import action_items, exercise_page, meeting_page, minutes_pages, needs, pages

urlpatterns = [
    path("", pages.meetings, name="desk_meetings"),
    path("add/", pages.add, name="desk_meeting_add"),
    path("earliest/", pages.earliest, name="desk_meeting_earliest"),
    path("actions/", action_items.action_items, name="desk_action_items"),
    path("actions/<int:pk>/", action_items.action_item, name="desk_action_item"),
    path("actions/<int:pk>/<slug:verb>/", action_items.act, name="desk_action_act"),
    path("<int:pk>/", meeting_page.meeting, name="desk_meeting"),
    path("<int:pk>/exercise/", exercise_page.exercise, name="desk_exercise"),
    path("<int:pk>/minutes/", minutes_pages.minutes, name="desk_minutes"),
    path("<int:pk>/minutes/<slug:verb>/", minutes_pages.act, name="desk_minutes_act"),
    path("<int:pk>/needs/", needs.needs, name="desk_meeting_needs"),
    path("<int:pk>/sheet/", pages.sheet, name="desk_meeting_sheet"),
    path("<int:pk>/<slug:verb>/", meeting_page.act, name="desk_meeting_act"),
]
