"""The causes file: its types, how it is loaded, and what its types cannot say."""
