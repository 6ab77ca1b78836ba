"""Profiles: what a legal regime asks for, as data.

A profile says when a person must look, what a signature shows and proves, and how packages are
named. Circulars change; a new one is a new file here.
"""

DEFAULT = "tt05-2025"
DEMO = "demo"
