"""HTTP archives: their entries, which of them concern the API, and what is kept."""
