"""The words of a command line: what may stand there, what is refused, and where results go."""
