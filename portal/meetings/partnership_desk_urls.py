"""Concerns, initiatives and visits on Desk, below /desk/."""

from django.urls import path

from portal.meetings import visits_desk
from portal.meetings.concerns import desk, initiatives_desk

urlpatterns = [
    path("concerns/", desk.listed, name="desk_concerns"),
    path("concerns/rankings/", desk.rankings, name="desk_concern_rankings"),
    path("concerns/rankings/<slug:region>/", desk.ranking, name="desk_concern_ranking"),
    path("concerns/<int:pk>/", desk.concern, name="desk_concern"),
    path("concerns/<int:pk>/<slug:name>/", desk.act, name="desk_concern_act"),
    path("recommendations/", desk.recommendations, name="desk_recommendations"),
    path("recommendations/<int:pk>/", desk.recommendation, name="desk_recommendation"),
    path("initiatives/", initiatives_desk.listed, name="desk_initiatives"),
    path("initiatives/new/", initiatives_desk.new, name="desk_initiative_new"),
    path("initiatives/<int:pk>/", initiatives_desk.initiative, name="desk_initiative"),
    path("initiatives/<int:pk>/figures/", initiatives_desk.figure, name="desk_initiative_figure"),
    path("visits/", visits_desk.listed, name="desk_visits"),
    path("visits/<int:pk>/", visits_desk.visit, name="desk_visit"),
    path("visits/<int:pk>/<slug:name>/", visits_desk.act, name="desk_visit_act"),
]
