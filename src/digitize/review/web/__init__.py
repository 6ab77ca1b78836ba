"""The review page: the clerk's desk in a browser of the same machine."""
