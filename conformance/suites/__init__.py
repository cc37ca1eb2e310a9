"""The tests that a user runs against a target: one function for every kind of check a rule may name."""
