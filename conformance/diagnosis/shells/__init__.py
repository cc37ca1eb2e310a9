"""What shells read and set: words, command lines, variables."""
