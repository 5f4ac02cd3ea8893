"""Measurements on real data and of costs; see README.md in this folder."""
