-- From version 3: stacks are cut into dossiers, some dossiers are urgent, some have a day to be ready by.
ALTER TABLE dossier ADD COLUMN stack TEXT;
ALTER TABLE dossier ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN received_on TEXT;
ALTER TABLE dossier ADD COLUMN due_on TEXT;
ALTER TABLE original ADD COLUMN frames TEXT;
ALTER TABLE original ADD COLUMN signs TEXT;
ALTER TABLE page ADD COLUMN role TEXT NOT NULL DEFAULT 'scan';
ALTER TABLE page ADD COLUMN problem TEXT;
ALTER TABLE page ADD COLUMN unsettled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN picture INTEGER NOT NULL DEFAULT 0;
-- Of the sources of these days a sheet is believed first. Days are written as 2026-12-31 or 31/12/2026.
UPDATE dossier SET
    received_on = (
        SELECT CASE WHEN value GLOB '??/??/????'
            THEN substr(value, 7) || '-' || substr(value, 4, 2) || '-' || substr(value, 1, 2)
            ELSE substr(value, 1, 10) END
        FROM sheet_value WHERE sheet_value.dossier = dossier.id AND document = 0 AND key = 'received_on'
    ),
    due_on = (
        SELECT CASE WHEN value GLOB '??/??/????'
            THEN substr(value, 7) || '-' || substr(value, 4, 2) || '-' || substr(value, 1, 2)
            ELSE substr(value, 1, 10) END
        FROM sheet_value WHERE sheet_value.dossier = dossier.id AND document = 0 AND key = 'due_on'
    );
UPDATE dossier SET received_on = NULL WHERE date(received_on, '+0 days') IS NOT received_on;
UPDATE dossier SET due_on = NULL WHERE date(due_on, '+0 days') IS NOT due_on;
CREATE INDEX dossier_replaces ON dossier (stage, replaces, id) WHERE replaces IS NOT NULL;
CREATE INDEX event_made ON event (dossier) WHERE kind IN ('packaged', 'renewed');
CREATE INDEX event_reason ON event (dossier, id) WHERE kind IN ('reopened', 'withdrawn', 'returned');
CREATE INDEX dossier_stack ON dossier (stack) WHERE stack IS NOT NULL;
CREATE TABLE notice (
    dossier TEXT NOT NULL,
    code    TEXT NOT NULL,
    facts   TEXT NOT NULL,
    asks    INTEGER NOT NULL,
    settled TEXT,
    PRIMARY KEY (dossier, code, facts)
) STRICT;
CREATE INDEX notice_open ON notice (dossier) WHERE asks = 1 AND settled IS NULL;
CREATE INDEX original_sha256 ON original (sha256);
CREATE TABLE page_print (
    dossier TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    likeness BLOB NOT NULL,
    words   BLOB NOT NULL,
    PRIMARY KEY (dossier, ordinal)
) STRICT;
