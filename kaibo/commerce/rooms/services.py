"""The rules of this module."""
