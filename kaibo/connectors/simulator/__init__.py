"""A plausible evening generated from causes; a connector like any other."""
