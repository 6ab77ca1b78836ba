"""Picture operations: one file each, pure functions on arrays.

A picture is an array of ``uint8``: ``(height, width)`` for grey, ``(height, width, 3)`` for RGB.
Two pictures of a page are kept apart throughout the program: the *archival* picture, as scanned
and only turned upright and straightened, and the *reading* picture, which exists only in memory
to feed OCR.
"""
