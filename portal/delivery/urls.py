"""Addresses of delivery. A provider of mail calls Front, and only where one is set."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from portal.delivery import provider, views


def provider_urls() -> list[URLPattern | URLResolver]:
    """Where the provider's signed calls arrive: on Front, if there is a provider and a key to check them with."""
    name = settings.PORTAL_ANYMAIL_PROVIDER
    if settings.PORTAL_SITE_KIND != "front" or not name or not settings.PORTAL_ANYMAIL_SIGNING_KEY:
        return []
    return [path(f"-/mail/{name}/", provider.view_of(name), name="mail_provider")]


urlpatterns = [
    path("account/news/", views.news, name="account_news"),
    path("news/stop/<str:token>/", views.stop, name="news_stop"),
    *provider_urls(),
]
