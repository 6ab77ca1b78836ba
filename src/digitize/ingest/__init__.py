"""What counts as a scan, and how scans become dossiers."""
