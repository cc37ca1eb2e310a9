"""What `hopx-auth` does: one module for every command, imported only when it is called."""
