"""What git keeps: the index, the objects of a history, and what is in neither."""
