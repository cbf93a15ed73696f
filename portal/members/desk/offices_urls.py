"""Offices and terms, below /desk/."""

from django.urls import path

from portal.members.desk import offices

urlpatterns = [
    path("offices/", offices.listed, name="desk_offices"),
    path("offices/vacant/", offices.vacant, name="desk_offices_vacant"),
    path("offices/to-tell/", offices.to_tell, name="desk_offices_to_tell"),
    path("offices/new/", offices.new, name="desk_office_new"),
    path("offices/<int:pk>/", offices.office, name="desk_office"),
    path("offices/<int:pk>/terms/", offices.add_term, name="desk_office_add"),
    path("terms/<int:pk>/", offices.term, name="desk_term"),
    path("terms/<int:pk>/<slug:name>/", offices.act_on_term, name="desk_term_act"),
]
