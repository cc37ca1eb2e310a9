"""Evidence made fit for strangers: same key, same pseudonym, and not a byte more or less than before."""
