"""The addresses of this room, on both sites."""

from portal.members.urls import applications, membership, sign_in

urlpatterns = [*sign_in.urlpatterns, *membership.urlpatterns, *applications.urlpatterns]
