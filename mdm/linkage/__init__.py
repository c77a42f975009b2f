"""Comparing records: training, prediction, the plain scorer and evaluation; Splink lives here only."""
