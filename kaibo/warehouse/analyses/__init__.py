"""Questions over many shows: a folder each, with its SQL, contract, promises and cases. `analysis.py` runs them."""
