"""Who answers: the mock that a run starts, or a live API."""
