"""The one ASGI application: plain routes for events and streams, Django for everything else."""

import os
import warnings
from typing import cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaibo.config.settings")

from django.core.asgi import get_asgi_application

from kaibo.config.logs import RequestIds
from kaibo.web.plain import AsgiApp, PlainRoutes

# files and exports are read by plain iterators on purpose; the first page would print Django's advice to a terminal
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

application = RequestIds(PlainRoutes(cast(AsgiApp, get_asgi_application())))
