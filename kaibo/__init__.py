"""Kaibo (开播): the operations platform of a live-commerce team."""

__version__ = "0.1.0"
