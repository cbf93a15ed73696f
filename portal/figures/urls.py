"""The released figures, on both sites."""

from django.urls import path

from portal.figures import views

urlpatterns = [
    path("partnership/figures/", views.years, name="figures"),
    path("partnership/figures/<int:year>/", views.of_year, name="figures_year"),
    path("partnership/figures/<int:year>/figures.csv", views.csv_of_year, name="figures_csv"),
]
