"""PDF: taking foreign ones apart, and composing PDF/A. The only importer of pikepdf."""
