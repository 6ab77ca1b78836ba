"""Archival packages after Thông tư 05/2025/TT-BNV: building them, and checking anybody's."""
