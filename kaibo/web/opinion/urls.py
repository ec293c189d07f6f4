"""Addresses of the opinion watch."""

from django.urls import path

from kaibo.web.opinion import views

urlpatterns = [
    path("opinion/", views.matter_list, name="opinion"),
    path("opinion/limits/", views.limits_save, name="opinion_limits"),
    path("opinion/<int:matter_id>/", views.matter_page, name="matter"),
    path("opinion/<int:matter_id>/step/", views.matter_step, name="matter_step"),
]
