"""A session of pytest: its options, what they come to, its items, and what is reported of them."""
