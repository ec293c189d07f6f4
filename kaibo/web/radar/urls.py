"""Addresses of the radar."""

from django.urls import path

from kaibo.web.radar import views

urlpatterns = [
    path("shows/<str:show_id>/radar", views.radar_page, name="radar"),
    path("shows/<str:show_id>/radar/comments", views.word_page, name="radar_comments"),
    path("shows/<str:show_id>/radar/answers/<int:answer_id>/undo/", views.answer_undo, name="answer_undo"),
    path("radar/scripts/", views.script_list, name="scripts"),
    path("radar/scripts/save/", views.script_save, name="script_save"),
    path("radar/scripts/start/", views.script_start, name="script_start"),
    path("radar/scripts/<int:line_id>/remove/", views.script_remove, name="script_remove"),
]
