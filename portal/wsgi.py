"""What gunicorn serves. It refuses to start when a system check fails, the ones that look at the database included."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.base")

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

try:
    application = get_wsgi_application()
except ImproperlyConfigured as problem:
    sys.exit(f"The portal did not start: {problem}")

_errors = [
    message
    for message in run_checks(databases=["default"], include_deployment_checks=not settings.PORTAL_DEMO)
    if message.level >= ERROR
]
if _errors:
    sys.exit("The portal did not start:\n" + "\n".join(str(message) for message in _errors))
