"""Addresses of the message tasks."""

from django.urls import path

from kaibo.web.outreach import views

urlpatterns = [
    path("outreach/", views.page, name="outreach"),
    path("outreach/read/", views.read, name="outreach_read"),
    path("outreach/preview/", views.preview, name="outreach_preview"),
    path("outreach/send/", views.send, name="outreach_send"),
    path("outreach/<int:task_id>/take-back/", views.take_back, name="outreach_take_back"),
]
