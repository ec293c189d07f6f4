"""The door of the event log: the memory of every room. Contracts in and out."""
