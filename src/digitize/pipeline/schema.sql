-- The ledger: what stands where, and everything that happened.
-- Times are ISO 8601 with the offset of Vietnam. JSON columns hold what is read whole.

CREATE TABLE IF NOT EXISTS dossier (
    id           TEXT PRIMARY KEY,
    stage        TEXT NOT NULL,
    source       TEXT NOT NULL,          -- the folder or file it came from
    received_at  TEXT NOT NULL,
    updated_at   TEXT NOT NULL,
    problem      TEXT,                   -- JSON: why it is in quarantine, or what to know
    package_uuid TEXT,                   -- fixed before packaging, so that a resumed run finds
    package      TEXT,                   -- folder in archive/, once it is there
    replaces     TEXT,                   -- the package that the next one stands for
    record_status TEXT NOT NULL DEFAULT 'NEW', -- of the next package: NEW, REPLACEMENT, SUPPLEMENT
    stack        TEXT,                   -- the stack that it was cut from
    urgent       INTEGER NOT NULL DEFAULT 0, -- goes before others
    received_on  TEXT,                   -- date on which the office received the papers
    due_on       TEXT,                   -- date on which the citizen is to have the result
    begun        INTEGER NOT NULL DEFAULT 0 -- how often its packaging was begun without an outcome
) STRICT;
CREATE INDEX IF NOT EXISTS dossier_stage ON dossier (stage, received_at, id);
CREATE INDEX IF NOT EXISTS dossier_urgent ON dossier (stage, received_at, id) WHERE urgent = 1;
CREATE UNIQUE INDEX IF NOT EXISTS dossier_source ON dossier (source);
CREATE INDEX IF NOT EXISTS dossier_replaces ON dossier (stage, replaces, id) WHERE replaces IS NOT NULL;
CREATE INDEX IF NOT EXISTS dossier_stack ON dossier (stack) WHERE stack IS NOT NULL;

-- A file that was taken in. Originals are written once.
CREATE TABLE IF NOT EXISTS original (
    dossier     TEXT NOT NULL REFERENCES dossier (id),
    ordinal     INTEGER NOT NULL,        -- order of arrival, from 1
    name        TEXT NOT NULL,           -- in originals/<dossier>/
    source      TEXT NOT NULL,           -- where it was taken from
    source_size INTEGER NOT NULL,
    source_time INTEGER NOT NULL,        -- modification time in nanoseconds
    kind        TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    size        INTEGER NOT NULL,
    pages       INTEGER,                 -- unknown until a worker has looked
    signed      INTEGER NOT NULL DEFAULT 0,
    superseded  INTEGER NOT NULL DEFAULT 0, -- a newer file came under the same name
    frames      TEXT,                    -- JSON: the pages of it that are this dossier's, from 0; all if NULL
    signs       TEXT,                    -- JSON: what tells where dossiers begin; NULL until somebody has looked
    PRIMARY KEY (dossier, ordinal)
) STRICT;
CREATE INDEX IF NOT EXISTS original_source ON original (source);
CREATE INDEX IF NOT EXISTS original_sha256 ON original (sha256);

-- Something in the inbox that was refused; refused once, not every night.
CREATE TABLE IF NOT EXISTS refused (
    source      TEXT PRIMARY KEY,
    source_size INTEGER NOT NULL,
    source_time INTEGER NOT NULL,
    problem     TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS page (
    dossier  TEXT NOT NULL REFERENCES dossier (id),
    ordinal  INTEGER NOT NULL,           -- order in the dossier, from 1
    original INTEGER NOT NULL,           -- ordinal of its file
    frame    INTEGER NOT NULL,           -- page in that file, from 0
    state    TEXT NOT NULL,              -- waiting, read; failed: its dossier is set aside for it
    attempts INTEGER NOT NULL DEFAULT 0, -- how often it was begun, in all
    summary  TEXT,                       -- JSON: size, turn, skew, blank, problems
    role     TEXT NOT NULL DEFAULT 'scan', -- scan; or why it is left out of documents: separator, back, excluded
    problem  TEXT,                       -- JSON: why it failed
    unsettled INTEGER NOT NULL DEFAULT 0, -- how often it was begun without an outcome; then it is read alone
    picture  INTEGER NOT NULL DEFAULT 0, -- a person has accepted it as a picture that nobody reads
    PRIMARY KEY (dossier, ordinal)
) STRICT;
CREATE INDEX IF NOT EXISTS page_waiting ON page (state, dossier, ordinal) WHERE state = 'waiting';

CREATE TABLE IF NOT EXISTS document (
    dossier    TEXT NOT NULL REFERENCES dossier (id),
    ordinal    INTEGER NOT NULL,         -- order in the dossier, from 1
    pages      TEXT NOT NULL,            -- JSON: indices of its pages, from 0
    anchor     TEXT NOT NULL,            -- checksum of the file of its first page, and the frame
    form       TEXT NOT NULL,
    version    TEXT,
    confidence REAL NOT NULL,
    problems   TEXT NOT NULL,            -- JSON
    paper      TEXT,                     -- the kind of papers that it is
    PRIMARY KEY (dossier, ordinal)
) STRICT;
CREATE INDEX IF NOT EXISTS document_anchor ON document (dossier, anchor);

CREATE TABLE IF NOT EXISTS field (
    dossier      TEXT NOT NULL,
    document     INTEGER NOT NULL,
    position     INTEGER NOT NULL,       -- order in the form
    key          TEXT NOT NULL,
    reading      TEXT NOT NULL,          -- JSON: the reading of the program
    needs_review INTEGER NOT NULL,
    confidence   REAL NOT NULL DEFAULT 0, -- of the reading, 0 to 1: the most doubtful is asked first
    PRIMARY KEY (dossier, document, key)
) STRICT;
CREATE INDEX IF NOT EXISTS field_doubtful ON field (dossier, document, position) WHERE needs_review = 1;
CREATE INDEX IF NOT EXISTS field_queue ON field (confidence, dossier, document, position) WHERE needs_review = 1;
CREATE INDEX IF NOT EXISTS field_next ON field (dossier, confidence, document, position) WHERE needs_review = 1;

-- What a person decided. It outlives every new reading of the same scan, wherever its document
-- has come to stand; a scan that replaces it is looked at anew.
CREATE TABLE IF NOT EXISTS decision (
    dossier  TEXT NOT NULL,
    anchor   TEXT NOT NULL,
    form     TEXT NOT NULL,
    key      TEXT NOT NULL,
    value    TEXT NOT NULL,              -- JSON
    who      TEXT NOT NULL,
    at       TEXT NOT NULL,
    PRIMARY KEY (dossier, anchor, form, key)
) STRICT;
CREATE INDEX IF NOT EXISTS decision_key ON decision (dossier, key, at);

-- Every answer that a person gave, in their order; none is ever changed. What holds stands in decision.
CREATE TABLE IF NOT EXISTS answer (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    dossier  TEXT NOT NULL,
    anchor   TEXT NOT NULL,
    form     TEXT NOT NULL,
    key      TEXT NOT NULL,
    look     INTEGER NOT NULL,           -- 1 the first look, 2 a second one, 3 the one that decides
    value    TEXT NOT NULL,              -- JSON: what the person decided
    read     TEXT NOT NULL,              -- JSON: what the program had read
    raw      TEXT NOT NULL,              -- the same as it stood on the paper
    causes   TEXT NOT NULL,              -- JSON: codes of the doubts
    who      TEXT NOT NULL,
    at       TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS answer_field ON answer (dossier, anchor, form, key, id);

-- What a person decided about a page; it outlives every new reading of the same scan.
CREATE TABLE IF NOT EXISTS page_decision (
    dossier  TEXT NOT NULL,
    anchor   TEXT NOT NULL,              -- checksum of its file, and the frame
    kind     TEXT NOT NULL,              -- turn, excluded, scan_again, border, form
    value    TEXT NOT NULL,              -- JSON
    who      TEXT NOT NULL,
    at       TEXT NOT NULL,
    PRIMARY KEY (dossier, anchor, kind)
) STRICT;

-- Fields that a second person looks at without seeing what the first decided.
CREATE TABLE IF NOT EXISTS second_look (
    dossier  TEXT NOT NULL,
    anchor   TEXT NOT NULL,
    form     TEXT NOT NULL,
    key      TEXT NOT NULL,
    why      TEXT NOT NULL,              -- drawn, kind
    state    TEXT NOT NULL,              -- waiting, agreed, differs, decided, waived, gone
    follows  TEXT NOT NULL,              -- the person whose first look it follows; empty where nobody had looked
    PRIMARY KEY (dossier, anchor, form, key)
) STRICT;
CREATE INDEX IF NOT EXISTS second_look_open ON second_look (dossier, state) WHERE state IN ('waiting', 'differs');

CREATE TABLE IF NOT EXISTS event (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      TEXT NOT NULL,
    who     TEXT NOT NULL,
    dossier TEXT,
    kind    TEXT NOT NULL,
    detail  TEXT NOT NULL,               -- JSON: what, with which tools
    hash    TEXT                         -- SHA-256 over the one before and this one
) STRICT;
CREATE INDEX IF NOT EXISTS event_dossier ON event (dossier, id);
CREATE INDEX IF NOT EXISTS event_made ON event (dossier) WHERE kind IN ('packaged', 'renewed');
CREATE INDEX IF NOT EXISTS event_reason ON event (dossier, id) WHERE kind IN ('reopened', 'withdrawn', 'returned');

-- Who works on a dossier beside a running run, and until when that holds.
CREATE TABLE IF NOT EXISTS lease (
    dossier TEXT PRIMARY KEY,
    holder  TEXT NOT NULL,               -- the person
    process INTEGER NOT NULL,            -- number of the process that works for the person
    began   INTEGER NOT NULL,            -- when that process began, in ticks since the machine did
    until   TEXT NOT NULL,
    desk    TEXT NOT NULL DEFAULT ''     -- which window of that process; empty where it has one
) STRICT;

-- When a package was last checked by `audit`, and what came of it.
CREATE TABLE IF NOT EXISTS package_check (
    package    TEXT PRIMARY KEY,         -- folder in archive/
    dossier    TEXT,
    checked_at TEXT NOT NULL,
    verdict    TEXT NOT NULL,
    findings   TEXT NOT NULL,            -- JSON
    files      INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    expires_at TEXT                      -- when its first proof ends
) STRICT;
CREATE INDEX IF NOT EXISTS package_check_age ON package_check (checked_at);

-- What a clerk's sheet says of a dossier and its documents; it may come before the scans.
CREATE TABLE IF NOT EXISTS sheet_value (
    dossier  TEXT NOT NULL,
    document INTEGER NOT NULL,           -- 0 for the dossier itself
    key      TEXT NOT NULL,
    value    TEXT NOT NULL,
    source   TEXT NOT NULL,              -- the file that it was imported from
    who      TEXT NOT NULL,
    at       TEXT NOT NULL,
    PRIMARY KEY (dossier, document, key)
) STRICT;

-- What was noticed of a dossier; a person must look before it goes on if it asks for one.
CREATE TABLE IF NOT EXISTS notice (
    dossier TEXT NOT NULL,
    code    TEXT NOT NULL,
    facts   TEXT NOT NULL,               -- JSON
    asks    INTEGER NOT NULL,
    settled TEXT,                        -- when a person had seen it
    PRIMARY KEY (dossier, code, facts)
) STRICT;
CREATE INDEX IF NOT EXISTS notice_open ON notice (dossier) WHERE asks = 1 AND settled IS NULL;

-- By what pages read lately are known again if their paper is scanned once more; may be emptied at any time.
CREATE TABLE IF NOT EXISTS page_print (
    dossier TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    likeness BLOB NOT NULL,              -- 256 bits that are alike for pictures that are
    words   BLOB NOT NULL,               -- those read for sure, compressed
    PRIMARY KEY (dossier, ordinal)
) STRICT;
