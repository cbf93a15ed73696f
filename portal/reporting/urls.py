"""Addresses of reporting on Front."""

from django.urls import path

from portal.reporting.protected import urls as protected
from portal.reporting.views import activity, files, pages, seen, status

urlpatterns = [
    path("report/", activity.choose, name="report"),
    path("report/promise/", activity.promise, name="report_promise"),
    path("report/activity/", activity.begin, name="report_activity"),
    path("report/activity/danger/", activity.danger, name="report_danger"),
    path("report/activity/seen/", seen.things, name="report_seen"),
    path("report/activity/seen/<int:number>/", seen.change, name="report_seen_change"),
    path("report/activity/seen/<int:number>/remove/", seen.remove, name="report_seen_remove"),
    path("report/activity/seen/<slug:kind>/", seen.add, name="report_seen_add"),
    path("report/activity/files/", files.files, name="report_files"),
    path("report/activity/files/upload/", files.upload, name="report_upload"),
    path("report/activity/files/<uuid:identifier>/remove/", files.remove, name="report_file_remove"),
    path("report/activity/check/", activity.check, name="report_check"),
    path("report/activity/discard/", pages.discard, name="report_discard"),
    path("report/activity/receipt/", pages.receipt, name="report_receipt"),
    path("report/activity/<slug:page>/", pages.page, name="report_page"),
    path("report/status/", status.reports, name="report_status"),
    path("report/status/<slug:number>/", status.report, name="report_one"),
    path("report/status/<slug:number>/add/", status.add, name="report_add"),
    path("report/status/<slug:number>/file/", files.add, name="report_add_file"),
    path("report/status/<slug:number>/close/", status.close, name="report_close"),
    *protected.urlpatterns,
]
