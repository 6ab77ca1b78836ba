-- From version 3: stacks are cut into dossiers, some dossiers are urgent, some have a day to be ready by.
ALTER TABLE dossier ADD COLUMN stack TEXT;
ALTER TABLE dossier ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN received_on TEXT;
ALTER TABLE dossier ADD COLUMN due_on TEXT;
ALTER TABLE original ADD COLUMN frames TEXT;
ALTER TABLE page ADD COLUMN role TEXT NOT NULL DEFAULT 'scan';
ALTER TABLE page ADD COLUMN problem TEXT;
ALTER TABLE page ADD COLUMN unsettled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN picture INTEGER NOT NULL DEFAULT 0;
