"""Applying for membership."""

from django.urls import path

from portal.members.views import applications as views, reviews, welcome

urlpatterns = [
    path("apply/", views.begin, name="apply"),
    path("apply/sent/", views.sent, name="apply_sent"),
    path("apply/link/<str:code>/", views.follow, name="apply_link"),
    path("apply/next/", views.go_on, name="apply_next"),
    path("apply/form/<slug:page>/", views.page, name="apply_page"),
    path("apply/check/", views.check, name="apply_check"),
    path("apply/status/", views.status, name="apply_status"),
    path("apply/answer/", views.answer, name="apply_answer"),
    path("apply/appeal/", views.appeal, name="apply_appeal"),
    path("apply/withdraw/", views.withdraw, name="apply_withdraw"),
    path("account/reviews/<uuid:identifier>/<str:code>/", reviews.review, name="captain_review"),
    path("account/welcome/<str:token>/", welcome.welcome, name="welcome"),
]
