"""Protected submissions on Desk, below /desk/."""

from django.urls import path

from portal.reporting.protected.desk import clocks_page, files, page, papers, planning, queue, requests

urlpatterns = [
    path("protected/", queue.queue, name="desk_protected"),
    path("protected/clocks/", clocks_page.overview, name="desk_protected_clocks"),
    path("protected/requests/", requests.overview, name="desk_requests"),
    path("protected/requests/<int:pk>/", requests.one, name="desk_request"),
    path("protected/requests/<int:pk>/log/", requests.log, name="desk_request_log"),
    path("protected/requests/<int:pk>/answer/", requests.answer, name="desk_request_answer"),
    path("planning/", planning.overview, name="desk_planning"),
    path("planning/<uuid:identifier>/", planning.one, name="desk_planning_one"),
    path("protected/files/<uuid:identifier>/", files.file, name="desk_protected_file"),
    path("protected/files/<uuid:identifier>/parts/<int:number>/", files.part, name="desk_protected_file_part"),
    path("protected/<uuid:identifier>/", page.page, name="desk_protected_one"),
    path("protected/<uuid:identifier>/record/", page.record, name="desk_protected_record"),
    path("protected/<uuid:identifier>/act/<slug:verb>/", page.act, name="desk_protected_act"),
    path("protected/<uuid:identifier>/determination/", papers.determination, name="desk_determination"),
    path("protected/<uuid:identifier>/determination/file/", papers.determination_pdf, name="desk_determination_pdf"),
    path("protected/<uuid:identifier>/certificate/", papers.certificate, name="desk_certificate"),
    path("protected/<uuid:identifier>/certificate/file/", papers.certificate_file, name="desk_certificate_file"),
]
