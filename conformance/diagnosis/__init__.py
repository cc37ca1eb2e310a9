"""Why authentication fails: the causes, how they show, and how each is set right."""
