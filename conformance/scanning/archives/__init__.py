"""Archives: what is in them, within bounds."""
