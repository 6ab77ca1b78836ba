-- From version 3: stacks are cut into dossiers, some dossiers are urgent, some have a day to be ready by.
ALTER TABLE dossier ADD COLUMN stack TEXT;
ALTER TABLE dossier ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN received_on TEXT;
ALTER TABLE dossier ADD COLUMN due_on TEXT;
ALTER TABLE original ADD COLUMN frames TEXT;
ALTER TABLE page ADD COLUMN role TEXT NOT NULL DEFAULT 'scan';
ALTER TABLE original ADD COLUMN signs TEXT;
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
