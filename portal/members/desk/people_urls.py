"""People, organisations, communities, alarms and exposure."""

from django.urls import path

from portal.members.desk import circles, exposure, locks, membership, places, staff  # noqa: F401  (places register themselves)

urlpatterns = [
    path("people/", membership.find, name="desk_people"),
    path("people/<int:pk>/", membership.person_page, name="desk_person"),
    path("people/<int:pk>/<slug:name>/", membership.act, name="desk_person_act"),
    path("validations/", membership.validations, name="desk_validations"),
    path("validations/<int:pk>/", membership.confirm, name="desk_validation"),
    path("locks/", locks.held, name="desk_locks"),
    path("locks/<int:pk>/release/", locks.release, name="desk_release_lock"),
    path("alarms/", locks.raised, name="desk_alarms"),
    path("alarms/<int:pk>/close/", locks.close_alarm, name="desk_close_alarm"),
    path("recoveries/", locks.recoveries, name="desk_recoveries"),
    path("recoveries/<int:pk>/", locks.decide_recovery, name="desk_recovery"),
    path("organisations/", circles.organisations, name="desk_organisations"),
    path("organisations/new/", circles.new_organisation, name="desk_organisation_new"),
    path("organisations/<int:pk>/", circles.organisation, name="desk_organisation"),
    path("organisations/<int:pk>/<slug:verb>/", circles.act_on_organisation, name="desk_organisation_act"),
    path("communities/", circles.communities, name="desk_communities"),
    path("communities/new/", circles.new_community, name="desk_community_new"),
    path("communities/<int:pk>/", circles.community, name="desk_community"),
    path("communities/<int:pk>/<slug:name>/", circles.act_on_community, name="desk_community_act"),
    path("proposals/", circles.proposals, name="desk_proposals"),
    path("proposals/<int:pk>/", circles.decide, name="desk_proposal"),
    path("staff/", staff.people, name="desk_staff"),
    path("staff/find/", staff.find, name="desk_staff_find"),
    path("staff/<int:pk>/", staff.person_page, name="desk_staff_person"),
    path("staff/<int:pk>/<slug:verb>/", staff.act, name="desk_staff_act"),
    path("access/", exposure.latest, name="desk_access"),
]
