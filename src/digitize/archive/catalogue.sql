-- The catalogue: what the packages of an archive say. Derived data; it can be made anew at any time.
--
-- Documents count upwards from 1, those of superseded packages downwards from -1. Pages and values have
-- the document's number times 65536 plus their own, so that neither needs to be joined with it.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE package (
    id INTEGER PRIMARY KEY,
    folder TEXT NOT NULL UNIQUE,
    file_code TEXT NOT NULL,            -- mã hồ sơ, as its files are named after
    folded_code TEXT NOT NULL,
    superseded INTEGER NOT NULL,
    problem TEXT                        -- why some or all of it cannot be searched
);

CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    package INTEGER NOT NULL REFERENCES package,
    file TEXT NOT NULL,
    form TEXT NOT NULL,
    title TEXT NOT NULL,
    date TEXT NOT NULL
);
CREATE INDEX document_package ON document (package);
CREATE INDEX document_form ON document (form);

CREATE TABLE page (
    id INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    text BLOB NOT NULL
);
CREATE VIRTUAL TABLE page_text USING fts5 (folded, exact, content = '', tokenize = 'ascii');

CREATE TABLE field (id INTEGER PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (key, kind));

CREATE TABLE value (
    id INTEGER PRIMARY KEY,
    field INTEGER NOT NULL REFERENCES field,
    sort TEXT,                          -- dates as ISO 8601, digits alone, numbers padded; null for texts
    shown TEXT NOT NULL,
    needs_review INTEGER NOT NULL
);
CREATE INDEX value_sort ON value (field, sort) WHERE sort IS NOT NULL;
CREATE VIRTUAL TABLE value_text
    USING fts5 (field, folded, exact, content = '', tokenize = 'ascii', columnsize = 0);
