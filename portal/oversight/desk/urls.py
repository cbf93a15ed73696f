"""This room's addresses on Desk, below /desk/audit/."""

from django.urls import path

from portal.oversight.desk import exports, places, reviews, search, stories  # noqa: F401  (places register themselves)

urlpatterns = [
    path("", search.events, name="desk_audit"),
    path("events/<int:pk>/", stories.event, name="desk_audit_event"),
    path("events/<int:pk>/proof/", exports.proof, name="desk_audit_proof"),
    path("about/<str:name>/", stories.thing, name="desk_audit_about"),
    path("people/<int:pk>/", stories.person, name="desk_audit_person"),
    path("export/", exports.export, name="desk_audit_export"),
    path("reviews/", reviews.overview, name="desk_audit_reviews"),
    path("reviews/<int:pk>/", reviews.review, name="desk_audit_review"),
    path("reviews/<int:pk>/sign/", reviews.sign, name="desk_audit_sign"),
]
