"""The clients file: its types, and how it is loaded."""
