"""Counting on a cluster: what grows with events runs on Spark, with the same SQL."""
