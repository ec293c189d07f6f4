"""The door of the dictionary of numbers."""
