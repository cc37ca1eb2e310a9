"""What a text or a file shows itself to be: a key, a piece of one, a secret of others, a placeholder, an archive."""
