"""Reading text from pictures: one protocol, tesserocr and pytesseract behind it."""

from __future__ import annotations

import os

# Tesseract's OpenMP threads burn several times the CPU they save. The limit must stand before the
# library is loaded or the program started; a value that somebody has set is respected.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")
