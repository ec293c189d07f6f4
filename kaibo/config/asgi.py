"""The one ASGI application: plain routes for events and streams, Django for everything else."""

import os
from typing import cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaibo.config.settings")

from django.core.asgi import get_asgi_application

from kaibo.web.plain import AsgiApp, PlainRoutes

application = PlainRoutes(cast(AsgiApp, get_asgi_application()))
