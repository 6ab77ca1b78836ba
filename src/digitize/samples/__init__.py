"""Made-up dossiers of made-up people, drawn as scans that look like an office's paper."""
