-- From version 4: every answer is kept, pages are decided about, second persons look, windows hold dossiers, packaging is counted.
ALTER TABLE dossier ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE field ADD COLUMN confidence REAL NOT NULL DEFAULT 0;
UPDATE field SET confidence = coalesce(CAST(json_extract(reading, '$.confidence') AS REAL), 0);
ALTER TABLE lease ADD COLUMN desk TEXT NOT NULL DEFAULT '';
CREATE INDEX field_queue ON field (confidence, dossier, document, position) WHERE needs_review = 1;
CREATE INDEX field_next ON field (dossier, confidence, document, position) WHERE needs_review = 1;
CREATE INDEX dossier_urgent ON dossier (stage, received_at, id) WHERE urgent = 1;
CREATE INDEX document_anchor ON document (dossier, anchor);
CREATE INDEX decision_key ON decision (dossier, key, at);
CREATE TABLE answer (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    dossier  TEXT NOT NULL,
    anchor   TEXT NOT NULL,
    form     TEXT NOT NULL,
    key      TEXT NOT NULL,
    look     INTEGER NOT NULL,
    value    TEXT NOT NULL,
    read     TEXT NOT NULL,
    raw      TEXT NOT NULL,
    causes   TEXT NOT NULL,
    who      TEXT NOT NULL,
    at       TEXT NOT NULL
) STRICT;
CREATE INDEX answer_field ON answer (dossier, anchor, form, key, id);
CREATE TABLE page_decision (
    dossier  TEXT NOT NULL,
    anchor   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    value    TEXT NOT NULL,
    who      TEXT NOT NULL,
    at       TEXT NOT NULL,
    PRIMARY KEY (dossier, anchor, kind)
) STRICT;
CREATE TABLE second_look (
    dossier  TEXT NOT NULL,
    anchor   TEXT NOT NULL,
    form     TEXT NOT NULL,
    key      TEXT NOT NULL,
    why      TEXT NOT NULL,
    state    TEXT NOT NULL,
    follows  TEXT NOT NULL,
    PRIMARY KEY (dossier, anchor, form, key)
) STRICT;
CREATE INDEX second_look_open ON second_look (dossier, state) WHERE state IN ('waiting', 'differs');
-- What was decided before stands as the first answer; what had been read then is no longer known for sure.
INSERT INTO answer (dossier, anchor, form, key, look, value, read, raw, causes, who, at)
    SELECT dossier, anchor, form, key, 1, value, 'null', '', '["before"]', who, at FROM decision ORDER BY at;
