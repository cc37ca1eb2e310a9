"""What a run tells: JSON Lines, which are the truth, the HTML page and the summary."""
