"""Lines of servers' logs, in whatever form: their fields, and the exchanges that they tell of."""
