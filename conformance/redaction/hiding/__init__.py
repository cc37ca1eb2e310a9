"""Secrets replaced in place: every form of one becomes its pseudonym, and what surrounds it stays."""
