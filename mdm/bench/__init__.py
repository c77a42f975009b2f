"""Benchmarks: ratios inside one run on the user's own machine; they report, they never fail a build."""
