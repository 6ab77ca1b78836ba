"""Reports for people outside: what was found, as a document, a page, a sheet, with its evidence."""
