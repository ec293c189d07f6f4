"""Addresses of the registers."""

from django.urls import path

from kaibo.web.registers import views

urlpatterns = [
    path("shows/<str:show_id>/before/", views.before_page, name="before_air"),
    path("shows/<str:show_id>/registers/", views.register_page, name="registers"),
    path("shows/<str:show_id>/registers/files/<int:file_id>/", views.violation_file, name="violation_file"),
]
