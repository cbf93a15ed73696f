"""The library on Desk, below /desk/library/."""

from django.urls import path

from portal.library.desk import adding, documents, evidence, imports, verbs

urlpatterns = [
    path("", documents.queue, name="desk_library"),
    path("add/", adding.add, name="desk_library_add"),
    path("imports/", imports.overview, name="desk_library_imports"),
    path("imports/<int:pk>/", imports.run, name="desk_library_import"),
    path("imports/<int:pk>/<slug:verb>/", imports.act, name="desk_library_import_act"),
    path("evidence/", evidence.by_requirement, name="desk_library_evidence"),
    path("evidence/export/", evidence.export, name="desk_library_evidence_export"),
    path("<int:pk>/", documents.document, name="desk_library_document"),
    path("<int:pk>/<slug:verb>/", verbs.act, name="desk_library_act"),
]
