"""This room's addresses on Desk, below /desk/."""

from portal.members.desk import applications_urls, offices_urls, people_urls

urlpatterns = [*applications_urls.urlpatterns, *people_urls.urlpatterns, *offices_urls.urlpatterns]
