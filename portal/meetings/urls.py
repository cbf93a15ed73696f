"""Addresses of meetings."""

from django.urls import path

from portal.meetings import calendars, lists, own_items, subscribing, views

urlpatterns = [
    path("meetings/", lists.meetings, name="meetings"),
    path("meetings/calendar.ics", calendars.public_feed, name="meetings_feed"),
    path("meetings/calendar/", calendars.own, name="meetings_calendar"),
    path("meetings/calendar/<int:pk>/end/", calendars.end, name="meetings_calendar_end"),
    path("meetings/calendar/<str:signed>/meetings.ics", calendars.member_feed, name="meetings_calendar_feed"),
    path("meetings/actions/", own_items.own_items, name="own_action_items"),
    path("meetings/actions/<int:pk>/", own_items.own_item, name="own_action_item"),
    path("meetings/subscribe/", subscribing.subscribe, name="meetings_subscribe"),
    path("meetings/subscription/<str:token>/", subscribing.subscription, name="meetings_subscription"),
    path("meetings/<uuid:identifier>/", views.meeting, name="meeting"),
    path("meetings/<uuid:identifier>/meeting.ics", views.calendar_file, name="meeting_file"),
    path("meetings/<uuid:identifier>/answer/", views.answer, name="meeting_answer"),
    path("meetings/<uuid:identifier>/need/", views.need, name="meeting_need"),
    path("meetings/<uuid:identifier>/notices/<int:number>/", views.notice, name="meeting_notice"),
]
