"""The suite's own proof: wrong implementations that it has to catch, and right ones that it has to leave alone."""
