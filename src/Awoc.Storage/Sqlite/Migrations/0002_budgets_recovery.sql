-- budget and recovery are JSON; null is the spec's own budget, and no recovery yet.
ALTER TABLE task ADD COLUMN budget TEXT;
ALTER TABLE task ADD COLUMN recovery TEXT;
ALTER TABLE task ADD COLUMN group_name TEXT;
UPDATE task SET group_name = json_extract(spec, '$.group');

CREATE INDEX task_group ON task(group_name, seq) WHERE group_name IS NOT NULL;
CREATE INDEX task_type ON task(type, agent, seq);
CREATE INDEX attempt_ended ON attempt(ended_us) WHERE ended_us IS NOT NULL;

-- Small notes of the daemon's own: how far alerts were delivered, which of them a person has put away.
CREATE TABLE mark(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

PRAGMA user_version = 2;
