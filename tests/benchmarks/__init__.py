"""Benchmarks: our engine beside the same work in whole-array NumPy and in OpenFisca-core, and beside the cheapest loop.

`make bench` writes one table as Markdown and JSON. No peer is timed before its sums agree with ours to the fen.
"""
