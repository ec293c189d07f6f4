"""Side-by-side measurements: `make bench`, or one of `python -m benchmarks.file|door|push|watchers`."""
