"""What is wrong on this machine: where keys can come from, who takes which, how the API is reached, what it says."""
