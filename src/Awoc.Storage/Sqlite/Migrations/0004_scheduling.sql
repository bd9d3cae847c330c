-- priority and share order the queued; wait_kind is what a scheduled task waits for; successor is the next of one that recurs.
ALTER TABLE task ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN share TEXT NOT NULL DEFAULT '';
ALTER TABLE task ADD COLUMN wait_kind TEXT;
ALTER TABLE task ADD COLUMN successor TEXT;
UPDATE task SET share = coalesce(json_extract(spec, '$.group'), json_extract(spec, '$.parentSession'), '') WHERE state <> 'ended';
UPDATE task SET wait_kind = CASE
  WHEN waits_for LIKE 'day budget: %' OR waits_for LIKE 'group budget of %' THEN 'budget'
  WHEN attempt > 0 THEN 'next_attempt'
  ELSE 'time' END
WHERE state = 'scheduled';

-- The order of the queued is kept in memory by now.
DROP INDEX task_ready;
ALTER TABLE task DROP COLUMN order_key;

-- An occurrence that is tried again writes where the next one of its series does: who may is decided with each write.
DROP INDEX task_live_output;
CREATE INDEX task_live_output ON task(output) WHERE output IS NOT NULL AND state <> 'ended';

-- A workflow's steps: what ran before, by its inputs and by its workflow.
ALTER TABLE task ADD COLUMN workflow TEXT;
ALTER TABLE task ADD COLUMN inputs_sha TEXT;
CREATE INDEX task_inputs ON task(inputs_sha, seq) WHERE inputs_sha IS NOT NULL;
CREATE INDEX task_workflow ON task(workflow, seq) WHERE workflow IS NOT NULL;

CREATE INDEX task_waiting ON task(wait_kind, seq) WHERE wait_kind IS NOT NULL;

-- Whether an attempt took a warm agent: 1, or 0 where there was none for it; null where it could not be made ahead.
ALTER TABLE attempt ADD COLUMN warm INTEGER;

PRAGMA user_version = 4;
