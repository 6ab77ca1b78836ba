-- From version 3: stacks are cut into dossiers, some dossiers are urgent, some have a day to be ready by.
ALTER TABLE dossier ADD COLUMN stack TEXT;
ALTER TABLE dossier ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN received_on TEXT;
ALTER TABLE dossier ADD COLUMN due_on TEXT;
ALTER TABLE original ADD COLUMN frames TEXT;
ALTER TABLE page ADD COLUMN role TEXT NOT NULL DEFAULT 'scan';
CREATE INDEX dossier_replaces ON dossier (stage, replaces, id) WHERE replaces IS NOT NULL;
CREATE INDEX event_made ON event (dossier) WHERE kind IN ('packaged', 'renewed');
CREATE INDEX event_reason ON event (dossier, id) WHERE kind IN ('reopened', 'withdrawn', 'returned');
