"""The spec file as typed data: what the documentation promises."""
