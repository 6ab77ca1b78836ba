-- The dossiers themselves, once what sheets and forms mean is known.

CREATE TEMP TABLE fact AS SELECT
    touched.dossier AS dossier,
    COALESCE(d.stage, '') AS stage,
    COALESCE(d.received_on, s.received_on, substr(d.received_at, 1, 10)) AS received_on,
    CASE WHEN d.received_on IS NULL AND s.received_on IS NULL THEN d.received_at END AS received_at,
    COALESCE(r.who, '') AS received_by,
    substr(e.at, 1, 10) AS extracted_on,
    COALESCE(json_extract(e.detail, '$.doubtful'), 0) AS doubtful,
    substr(COALESCE(c.at, p.at), 1, 10) AS digitized_on,
    COALESCE(c.who, p.who) AS digitized_by,
    p.at AS packaged_at,
    substr(p.at, 1, 10) AS packaged_on,
    p.who AS packaged_by,
    COALESCE(d.due_on, s.due_on) AS due_on,
    COALESCE(n.procedure, s.procedure, f.procedure, '') AS procedure,
    COALESCE(b.name, '') AS receiving_body,
    COALESCE(h.name, '') AS handling_body,
    COALESCE(s.unclear, 0) AS unclear
FROM touched
LEFT JOIN dossier AS d ON d.id = touched.dossier
LEFT JOIN sheet AS s ON s.dossier = touched.dossier
LEFT JOIN called AS n ON n.said = s.procedure
LEFT JOIN body AS b ON b.said = s.receiving_body
LEFT JOIN body AS h ON h.said = s.handling_body
LEFT JOIN step ON step.dossier = touched.dossier
LEFT JOIN event AS r ON r.id = step.received
LEFT JOIN event AS e ON e.id = step.extracted
LEFT JOIN event AS c ON c.id = step.composed
LEFT JOIN event AS p ON p.id = step.packaged
LEFT JOIN (
    SELECT a.dossier, k.procedure, min(a.ordinal)
    FROM touched AS t JOIN document AS a ON a.dossier = t.dossier JOIN applies AS k ON k.form = a.form
    GROUP BY a.dossier
) AS f ON f.dossier = touched.dossier;
CREATE UNIQUE INDEX temp.fact_dossier ON fact (dossier);

-- The papers of what was digitized: results of the procedure, and components, which are all others.
CREATE TEMP TABLE held AS SELECT a.dossier AS dossier, count(*) AS papers, sum(
    EXISTS (
        SELECT 1 FROM ends WHERE ends.paper = a.paper AND ends.procedure =
            CASE WHEN fact.procedure IN (SELECT procedure FROM applies) THEN fact.procedure ELSE '' END
    )
    OR EXISTS (SELECT 1 FROM issued WHERE issued.dossier = a.dossier AND issued.document = a.ordinal)
) AS results
FROM document AS a JOIN fact ON fact.dossier = a.dossier
WHERE fact.digitized_on IS NOT NULL GROUP BY a.dossier;
CREATE UNIQUE INDEX temp.held_dossier ON held (dossier);

CREATE TEMP TABLE activity AS SELECT fact.*,
    COALESCE(papers, 0) AS papers, COALESCE(results, 0) AS results, COALESCE(papers - results, 0) AS components
FROM fact LEFT JOIN held USING (dossier);
