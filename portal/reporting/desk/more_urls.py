"""Files, retention, look-ups, redress and counts on Desk, below /desk/."""

from django.urls import path

from portal.reporting.desk import (  # places register themselves
    counts,
    disposals,
    evidence,
    more_places,  # noqa: F401  (as above)
    originals,
    redress,
    retention,
    retention_redress,
    scanner,
    seen_before,
)

urlpatterns = [
    path("files/<uuid:identifier>/", evidence.file, name="desk_file"),
    path("files/<uuid:identifier>/parts/<int:number>/", evidence.part, name="desk_file_part"),
    path("files/<uuid:identifier>/ask/", originals.ask, name="desk_original_ask"),
    path("originals/", originals.overview, name="desk_originals"),
    path("originals/<uuid:identifier>/", originals.original, name="desk_original"),
    path("originals/<uuid:identifier>/decide/", originals.decide, name="desk_original_decide"),
    path("originals/<uuid:identifier>/take/", originals.take, name="desk_original_take"),
    path("originals/<uuid:identifier>/sheet/", originals.sheet, name="desk_original_sheet"),
    path("retention/", retention.queue, name="desk_retention"),
    path("retention/redress/", retention_redress.queue, name="desk_retention_redress"),
    path("retention/<uuid:identifier>/", retention.case, name="desk_retention_case"),
    path("retention/<uuid:identifier>/validate/", retention.validate, name="desk_retention_validate"),
    path("retention/<uuid:identifier>/purge/", retention.purge, name="desk_retention_purge"),
    path(
        "retention/redress/<uuid:identifier>/decline/", retention_redress.decline, name="desk_retention_redress_decline"
    ),
    path("retention/<uuid:identifier>/decline/", retention.decline, name="desk_retention_decline"),
    path("retention/<uuid:identifier>/certificate/", retention.certificate, name="desk_retention_certificate"),
    path("disposals/", disposals.overview, name="desk_disposals"),
    path("disposals/<int:pk>/certificate/", disposals.certificate, name="desk_disposal_certificate"),
    path("disposals/batches/<int:pk>/", disposals.batch, name="desk_disposal_batch"),
    path("disposals/batches/<int:pk>/<slug:verb>/", disposals.act, name="desk_disposal_act"),
    path("seen-before/", seen_before.look_up, name="desk_seen_before"),
    path("redress/", redress.queue, name="desk_redress"),
    path("redress/<uuid:identifier>/", redress.one, name="desk_redress_one"),
    path("reports/counts/", counts.overview, name="desk_report_counts"),
    path("scanner/", scanner.page, name="desk_scanner"),
]
