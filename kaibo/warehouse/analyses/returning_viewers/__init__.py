"""Who comes back: people of a room by business day."""
