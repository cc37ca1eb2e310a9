"""Runs: every probe led to its verdict, over HTTP, through an SDK, or by hand."""
