"""Staying a member: agreements, yearly validation, coming back, one's organisation and communities."""

from django.urls import path

from portal.members.views import agreements, circles, membership, offices

urlpatterns = [
    path("account/agreements/", agreements.owed, name="agreements"),
    path("account/agreements/<str:kind>/<int:number>/", agreements.version, name="agreement_version"),
    path("account/standing/", membership.standing, name="standing"),
    path("account/back/", membership.come_back, name="come_back"),
    path("account/validation/", membership.validate, name="validation"),
    path("account/organisation/", membership.organisation, name="organisation"),
    path("account/organisation/validations/<int:pk>/", membership.confirm, name="organisation_confirm"),
    path("account/organisation/left/<int:pk>/", membership.has_left, name="has_left"),
    path("account/communities/<slug:slug>/", circles.community, name="community"),
    path("account/offices/<int:pk>/", offices.known, name="office_known"),
    path("account/office-messages/<uuid:identifier>/", offices.answer, name="office_answer"),
]
