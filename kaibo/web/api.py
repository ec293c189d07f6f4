"""The door of what people see: the JSON API; pages are reached through `kaibo.web.urls`."""

from kaibo.web.jsonapi.app import api

__all__ = ["api"]
