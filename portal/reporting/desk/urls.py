"""The triage desk, below /desk/reports/."""

from django.urls import path

from portal.reporting.desk import case, copies, places, queue, training  # noqa: F401  (places register themselves)

urlpatterns = [
    path("", queue.queue, name="desk_reports"),
    path("training/", training.records, name="desk_report_training"),
    path("<uuid:identifier>/", case.page, name="desk_report"),
    path("<uuid:identifier>/text/", copies.text, name="desk_report_text"),
    path("<uuid:identifier>/print/", copies.sheet, name="desk_report_print"),
    path("<uuid:identifier>/allow/", case.allow_closing, name="desk_report_allow"),
    path("<uuid:identifier>/act/<slug:verb>/", case.act, name="desk_report_act"),
]
