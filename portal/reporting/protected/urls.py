"""Addresses of protected submissions on Front. What is written once for both forms is told which one it is (`of`)."""

from django.urls import path

from portal.reporting.enums import DraftKind
from portal.reporting.protected.views import form, handoff, status
from portal.reporting.views import files, pages

OF = {"of": DraftKind.PROTECTED}

urlpatterns = [
    path("report/protected/", form.begin, name="protected"),
    path("report/protected/promise/", form.promise, name="protected_promise"),
    path("report/protected/advice/", form.advice, OF, name="protected_advice"),
    path("report/protected/files/", files.files, OF, name="protected_files"),
    path("report/protected/files/upload/", files.upload, OF, name="protected_upload"),
    path("report/protected/files/<uuid:identifier>/remove/", files.remove, OF, name="protected_file_remove"),
    path("report/protected/check/", form.check, OF, name="protected_check"),
    path("report/protected/discard/", pages.discard, OF, name="protected_discard"),
    path("report/protected/receipt/", pages.receipt, OF, name="protected_receipt"),
    path("report/protected/status/", status.listed, name="protected_status"),
    path("report/protected/status/<slug:number>/", status.submission, name="protected_one"),
    path("report/protected/status/<slug:number>/add/", status.add, name="protected_add"),
    path("report/protected/status/<slug:number>/file/", files.add, OF, name="protected_add_file"),
    path("report/protected/status/<slug:number>/close/", status.close, name="protected_close"),
    path("report/protected/status/<slug:number>/uses/", status.uses, name="protected_uses"),
    path("report/protected/status/<slug:number>/certificate/", status.certificate, name="protected_certificate"),
    path(
        "report/protected/status/<slug:number>/determination/<int:which>/",
        status.determination,
        name="protected_determination",
    ),
    path(
        "report/protected/status/<slug:number>/determination/<int:which>/file/",
        status.determination_file,
        name="protected_determination_file",
    ),
    path("report/protected/status/<slug:number>/do/<slug:act>/", status.act, name="protected_act"),
    path("report/protected/pcii/", handoff.first, name="protected_pcii"),
    path("report/protected/pcii/package/", handoff.package, name="protected_pcii_package"),
    path("report/protected/pcii/made/", handoff.made, name="protected_pcii_made"),
    path("report/protected/pcii/made/<uuid:identifier>/", handoff.number, name="protected_pcii_number"),
    path("report/protected/<slug:page>/", pages.page, OF, name="protected_page"),
]
