"""The shape of a credential: what its text shows, and nothing of a secret."""
