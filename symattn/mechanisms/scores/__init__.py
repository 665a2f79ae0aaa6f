"""Score functions: how much a query has to do with a key."""
