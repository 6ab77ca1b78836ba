-- From version 2: events are chained, packages have generations and are checked again, sheets are imported.
ALTER TABLE event ADD COLUMN hash TEXT;
ALTER TABLE dossier ADD COLUMN replaces TEXT;
ALTER TABLE dossier ADD COLUMN record_status TEXT NOT NULL DEFAULT 'NEW';
CREATE TABLE package_check (
    package    TEXT PRIMARY KEY,
    dossier    TEXT,
    checked_at TEXT NOT NULL,
    verdict    TEXT NOT NULL,
    findings   TEXT NOT NULL,
    files      INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    expires_at TEXT
) STRICT;
CREATE INDEX package_check_age ON package_check (checked_at);
CREATE TABLE sheet_value (
    dossier  TEXT NOT NULL,
    document INTEGER NOT NULL,
    key      TEXT NOT NULL,
    value    TEXT NOT NULL,
    source   TEXT NOT NULL,
    who      TEXT NOT NULL,
    at       TEXT NOT NULL,
    PRIMARY KEY (dossier, document, key)
) STRICT;
-- Generations that were made by renewing timestamps.
UPDATE dossier SET record_status = 'REPLACEMENT', replaces = (
    SELECT json_extract(detail, '$.replaces') FROM event
    WHERE event.dossier = dossier.id AND kind = 'renewed' ORDER BY event.id DESC LIMIT 1
) WHERE EXISTS (SELECT 1 FROM event WHERE event.dossier = dossier.id AND kind = 'renewed');
