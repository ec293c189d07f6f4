"""Addresses of the report pages."""

from django.urls import path

from kaibo.web.reports import views

urlpatterns = [
    path("shows/<str:show_id>/report", views.report_page, name="report"),
    path("shows/<str:show_id>/report/share/", views.share, name="report_share"),
    path("shows/<str:show_id>/report/post/", views.post, name="report_post"),
    path("shows/<str:show_id>/report/links/<int:link_id>/revoke/", views.revoke, name="report_revoke"),
    path("shows/<str:show_id>/reconcile", views.compare_page, name="reconcile"),
    path("reports/columns/", views.columns_page, name="report_columns"),
    path("r/<str:token>", views.by_link, name="report_link"),
]
