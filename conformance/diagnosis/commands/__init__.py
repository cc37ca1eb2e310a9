"""What commands ask for: curl, and its like."""
