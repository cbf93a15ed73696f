"""Figures on Desk, below /desk/figures/. Of which year stands in the query: a year is no thing with a key."""

from django.urls import path

from portal.figures.desk import pages

urlpatterns = [
    path("", pages.figures, name="desk_figures"),
    path("csv/", pages.export, name="desk_figures_csv"),
    path("release/", pages.release, name="desk_figures_release"),
    path("withdraw/", pages.withdraw, name="desk_figures_withdraw"),
]
