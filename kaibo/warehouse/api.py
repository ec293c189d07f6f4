"""The door of the warehouse: counted rows out. Counting itself is run by `kaibo.config`."""
