"""Settling doubtful fields: what a person may answer, and what follows from it."""
