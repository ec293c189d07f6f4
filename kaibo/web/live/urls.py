"""Addresses of the control room; the stream itself is a plain route (`kaibo.web.plain`)."""

from django.urls import path

from kaibo.web.live import views

urlpatterns = [
    path("shows/<str:show_id>/live/ticket", views.ticket, name="live_ticket"),
    path("shows/<str:show_id>/live", views.control_room, name="control_room"),
]
