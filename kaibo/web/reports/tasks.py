"""Background work of the report pages: sending the picture to the team's bots."""
