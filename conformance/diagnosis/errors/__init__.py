"""What the texts of errors say."""
