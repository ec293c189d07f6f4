"""Addresses of the page of background work."""

from django.urls import path

from kaibo.web.jobs import views

urlpatterns = [
    path("jobs/", views.work_page, name="work"),
    path("jobs/<int:job_id>/retry/", views.retry, name="work_retry"),
]
