"""Addresses of the import pages."""

from django.urls import path

from kaibo.web.imports import views

urlpatterns = [
    path("imports/", views.import_list, name="imports"),
    path("imports/drop/", views.drop, name="import_drop"),
    path("imports/tables/", views.tables_part, name="import_tables"),
    path("imports/start/", views.start_all, name="import_start_all"),
    path("imports/assign/", views.assign, name="import_assign"),
    path("imports/tables/<str:table_id>/", views.table_page, name="import_table"),
    path("imports/tables/<str:table_id>/start/", views.start, name="import_start"),
    path("imports/tables/<str:table_id>/discard/", views.discard, name="import_discard"),
    path("imports/<str:ingest_id>/undo/", views.import_undo, name="import_undo"),
]
