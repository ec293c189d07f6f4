"""Addresses of the feed forms; they stand before `feeds/<id>/`."""

from django.urls import path

from kaibo.web.feedforms import views

urlpatterns = [
    path("feeds/connect/", views.choose, name="feed_choose"),
    path("feeds/connect/<str:connector>/", views.connect, name="feed_connect"),
    path("feeds/connect/<str:connector>/runbook/", views.runbook, name="feed_runbook"),
    path("feeds/<str:feed_id>/settings/", views.settings_page, name="feed_settings"),
]
