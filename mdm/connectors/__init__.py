"""Extracts of source systems as streams of rows, and tables as files for people and other systems."""
