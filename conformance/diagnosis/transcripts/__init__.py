"""HTTP written as text: lines, messages, and what clients say beside them."""
