-- From version 1: the kind of papers that a document is.
ALTER TABLE document ADD COLUMN paper TEXT;
