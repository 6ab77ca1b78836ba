-- One row for each dossier: when it came, was digitized and packaged, by whom, what for, and how many papers.
-- Temporary tables of one connection; those without a query here are filled by the program, as is "asked", the period.
-- Times in the ledger have the offset of Vietnam: their first ten letters are the day there.

-- Days are written as 2026-12-31 or 31/12/2026; what is no day is told as unclear and not used. SQLite lets 30 February
-- pass as it is, but moves it when it has to reckon.
CREATE TEMP TABLE sheet AS
WITH cell AS (
    SELECT dossier, key, value, CASE
        WHEN key NOT IN ('received_on', 'due_on') THEN NULL
        WHEN date(substr(value, 1, 10), '+0 days') = substr(value, 1, 10) THEN substr(value, 1, 10)
        WHEN value GLOB '??/??/????'
            AND date(substr(value, 7) || '-' || substr(value, 4, 2) || '-' || substr(value, 1, 2), '+0 days')
                = substr(value, 7) || '-' || substr(value, 4, 2) || '-' || substr(value, 1, 2)
        THEN substr(value, 7) || '-' || substr(value, 4, 2) || '-' || substr(value, 1, 2)
    END AS day
    FROM sheet_value WHERE document = 0
        AND key IN ('received_on', 'due_on', 'procedure', 'receiving_body', 'handling_body')
)
SELECT dossier,
    max(day) FILTER (WHERE key = 'received_on') AS received_on,
    max(day) FILTER (WHERE key = 'due_on') AS due_on,
    max(value) FILTER (WHERE key = 'procedure') AS procedure,
    max(value) FILTER (WHERE key = 'receiving_body') AS receiving_body,
    max(value) FILTER (WHERE key = 'handling_body') AS handling_body,
    max(key IN ('received_on', 'due_on') AND day IS NULL) AS unclear
FROM cell GROUP BY dossier;
CREATE UNIQUE INDEX temp.sheet_dossier ON sheet (dossier);

-- The first time that a step was done, of dossiers on which anything was done in the period, or received in it.
CREATE TEMP TABLE step AS SELECT dossier,
    min(id) FILTER (WHERE kind = 'received') AS received,
    min(id) FILTER (WHERE kind = 'fields_extracted') AS extracted,
    min(id) FILTER (WHERE kind = 'composed') AS composed,
    min(id) FILTER (WHERE kind = 'packaged') AS packaged
FROM event, asked WHERE kind IN ('received', 'fields_extracted', 'composed', 'packaged') GROUP BY dossier
HAVING max(substr(at, 1, 10) BETWEEN asked.first AND asked.last) OR EXISTS (
    SELECT 1 FROM dossier LEFT JOIN sheet ON sheet.dossier = dossier.id WHERE dossier.id = event.dossier
        AND COALESCE(dossier.received_on, sheet.received_on) BETWEEN asked.first AND asked.last
);
CREATE UNIQUE INDEX temp.step_dossier ON step (dossier);

-- A dossier that stands in a sheet alone was received as well: its papers have not been scanned.
CREATE TEMP TABLE touched (dossier TEXT PRIMARY KEY);
INSERT INTO touched SELECT step.dossier FROM step
    LEFT JOIN dossier ON dossier.id = step.dossier WHERE dossier.stage IS NOT 'divided'
    UNION SELECT dossier FROM sheet, asked WHERE received_on BETWEEN first AND last
        AND dossier NOT IN (SELECT id FROM dossier);

-- What sheets call a procedure that is known here; the forms that apply for them; the papers by which they end.
CREATE TEMP TABLE called (said TEXT PRIMARY KEY, procedure TEXT NOT NULL);
CREATE TEMP TABLE applies (form TEXT PRIMARY KEY, procedure TEXT NOT NULL);
CREATE TEMP TABLE ends (procedure TEXT NOT NULL, paper TEXT NOT NULL, PRIMARY KEY (procedure, paper));
-- Names of offices in sheets, and the one under which each is told.
CREATE TEMP TABLE body (said TEXT PRIMARY KEY, name TEXT NOT NULL);
-- Letters and other forms that the office itself has issued.
CREATE TEMP TABLE issued (
    dossier TEXT NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (dossier, document)
);
