"""Forms: what a paper is, and what is written in its fields.

Forms are data (``templates/``); adding one needs no Python.
"""
