"""What a spec file's types cannot say: names that must exist, and entries that must make sense.

The checks read the file entry by entry, so that a mistake in one entry hides none in another.
"""
