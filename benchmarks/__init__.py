"""Benchmarks: both sides in one run, and the ratio.

`make bench` (or `python -m benchmarks.updates`) takes a few minutes and prints a table. Options:

- `--updates N`: measured updates a run (default 1000); `--rounds N`: rounds, interleaved (default 3);
- `--only WORD …`: only the sides named (`echo`, `sqlite`, `postgresql`);
- `--scripts WORD …`: only these scripts (`typed`, `tapped`, `pause`); `--no-slow`: leave the 50 ms part out.

Ratios of one run can be compared, updates per second of two machines cannot.
"""
