"""The door of this module."""
