"""Addresses of the page of chat bots."""

from django.urls import path

from kaibo.web.bots import views

urlpatterns = [
    path("bots/", views.bots_page, name="bots"),
    path("bots/<str:bot>/test/", views.bot_test, name="bot_test"),
    path("bots/<str:bot>/drop/", views.bot_drop, name="bot_drop"),
]
