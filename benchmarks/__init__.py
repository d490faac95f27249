"""Benchmarks: both sides in one run, and the ratio."""
