"""Addresses of rounds."""

from django.urls import path

from kaibo.web.rounds import views

urlpatterns = [
    path("shows/<str:show_id>/rounds/", views.round_page, name="rounds"),
    path("rooms/<str:platform>/<str:room_id>/rounds/", views.form_page, name="round_form"),
]
