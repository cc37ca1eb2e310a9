"""Finding keys in files, archives, streams and the history of repositories."""
