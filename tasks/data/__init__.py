"""Data sets that tasks learn from: where they lie, and how their files are read."""
