"""Signing, verifying and trust. The only importer of pyHanko."""
