"""A strict stand-in for the API: `respond(request) -> response`, its server and its faults."""
