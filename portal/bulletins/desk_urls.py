"""This room's addresses on Desk, below /desk/."""

from django.urls import path

from portal.bulletins.desk import home, views

urlpatterns = [
    path("", home.home, name="desk"),
    path("audience/", home.audience, name="desk_audience"),
    path("releases/", views.release_queue, name="desk_releases"),
    path("releases/<int:pk>/", views.release_review, name="desk_release"),
    path("releases/<int:pk>/read/", views.release_read, name="desk_release_read"),
    path("releases/<int:pk>/decide/", views.decide, name="desk_decide"),
    path("releases/<int:pk>/withdraw/", views.withdraw, name="desk_withdraw"),
    path("releases/<int:pk>/countersign/", views.countersign, name="desk_countersign"),
    path("bulletins/<int:pk>/submit/", views.submit, name="desk_submit"),
    path("bulletins/<int:pk>/urgent/", views.release_urgently, name="desk_release_urgently"),
    path("bulletins/<int:pk>/recall/", views.recall, name="desk_recall"),
    path("bulletins/<int:pk>/readers/", views.readers, name="desk_readers"),
    path("share-requests/", home.share_requests, name="desk_share_requests"),
    path("share-requests/<int:pk>/", home.answer_share_request, name="desk_share_answer"),
]
