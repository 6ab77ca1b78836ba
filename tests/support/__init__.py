"""What several tests need: paths, made-up scans, the program as a process."""
