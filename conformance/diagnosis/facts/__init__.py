"""Predicates: what a case shows, as facts; causes name the facts that decide them."""
