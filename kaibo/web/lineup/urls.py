"""Addresses of the lineup page."""

from django.urls import path

from kaibo.web.lineup import views

urlpatterns = [path("shows/<str:show_id>/lineup", views.lineup_page, name="lineup")]
