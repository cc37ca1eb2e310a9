"""How a line becomes the name and the value of a variable, in each notation as its own program reads it."""
