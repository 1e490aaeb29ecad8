"""Sines and cosines that are the same bits on every machine: a maths library's last bits depend on it."""
