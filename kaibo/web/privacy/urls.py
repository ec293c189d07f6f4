"""Addresses of the privacy page."""

from django.urls import path

from kaibo.web.privacy import views

urlpatterns = [
    path("privacy/", views.privacy_page, name="privacy"),
    path("privacy/erase/", views.privacy_erase, name="privacy_erase"),
]
