"""SDKs under test: the adapter protocol, the processes that speak it, and the recording server that watches them."""
