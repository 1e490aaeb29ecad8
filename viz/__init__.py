"""Data in, Axes out; the HTML report."""
