"""The page that checks a certificate, on both sites, and the script that does so without them."""

from django.urls import path

from portal.reporting.protected.views import certificate

urlpatterns = [
    path("certificate/", certificate.check, name="certificate_check"),
    path("certificate/script/", certificate.script, name="certificate_script"),
]
