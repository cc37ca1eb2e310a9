"""Readers of evidence, one for each kind."""
