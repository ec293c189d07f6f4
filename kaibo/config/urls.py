"""Every address of the site; the two plain ASGI routes are in `asgi.py`."""

from django.contrib import admin
from django.urls import include, path

admin.autodiscover()  # here and not at start: commands and the counter need no back office

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("kaibo.web.urls")),
]
handler404 = "kaibo.web.pages.health.unknown"
handler500 = "kaibo.web.pages.health.broken"
