-- Every name, type and constraint means the same in SQLite and PostgreSQL: BIGINT is microseconds UTC where the name
-- ends in _us, TEXT holds enum words and JSON, INTEGER 0/1 a truth.

CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE task(
  seq INTEGER PRIMARY KEY,               -- the order of launch
  id TEXT NOT NULL UNIQUE,
  handle TEXT NOT NULL,                  -- the random part of the id
  name TEXT,
  version BIGINT NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT,
  reason TEXT,
  detail TEXT,
  result TEXT NOT NULL,
  verification TEXT NOT NULL,
  result_path TEXT,
  delivered INTEGER NOT NULL,
  summary TEXT,
  type TEXT NOT NULL,
  agent TEXT NOT NULL,
  model TEXT,
  queue TEXT NOT NULL,
  output TEXT,
  order_key BIGINT NOT NULL,             -- a queue starts its lowest first
  waits_for TEXT,
  due_us BIGINT,
  attempt INTEGER NOT NULL,
  in_attempt INTEGER NOT NULL,
  fence BIGINT NOT NULL,
  lease_node TEXT,
  lease_until_us BIGINT,
  cancel_requested INTEGER NOT NULL,
  usage TEXT NOT NULL,
  run_ms BIGINT NOT NULL,
  spec_v INTEGER NOT NULL,
  spec TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  queued_us BIGINT,
  started_us BIGINT,
  ended_us BIGINT,
  CHECK ((state = 'ended') = (outcome IS NOT NULL)),
  CHECK (due_us IS NULL OR state = 'scheduled'),
  CHECK ((lease_node IS NULL) = (lease_until_us IS NULL))
);

-- A partial index serves only a query that repeats its condition word for word.
CREATE INDEX task_handle ON task(handle);
CREATE INDEX task_name ON task(name, seq) WHERE name IS NOT NULL;
CREATE INDEX task_state ON task(state, seq);
CREATE INDEX task_outcome ON task(outcome, seq) WHERE outcome IS NOT NULL;
CREATE INDEX task_ready ON task(queue, order_key, seq) WHERE state = 'queued';
CREATE INDEX task_due ON task(due_us, seq) WHERE due_us IS NOT NULL;
CREATE INDEX task_in_attempt ON task(seq) WHERE in_attempt = 1;
CREATE INDEX task_lease ON task(lease_until_us, seq) WHERE lease_node IS NOT NULL;
CREATE UNIQUE INDEX task_live_output ON task(output) WHERE output IS NOT NULL AND state <> 'ended';

CREATE TABLE attempt(
  task_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  fence BIGINT NOT NULL,
  node_id TEXT NOT NULL,
  session TEXT,
  log_offset BIGINT NOT NULL DEFAULT 0,
  usage TEXT NOT NULL,
  outcome TEXT,
  reason TEXT,
  run_ms BIGINT NOT NULL DEFAULT 0,
  started_us BIGINT NOT NULL,
  ended_us BIGINT,
  PRIMARY KEY(task_id, n),
  CHECK ((ended_us IS NULL) = (outcome IS NULL))
) WITHOUT ROWID;

-- seq is the order of commit. The newest event is never deleted, or its number would be given out twice.
CREATE TABLE event(
  seq INTEGER PRIMARY KEY,
  task_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  kind TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  v INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE UNIQUE INDEX event_task ON event(task_id, version);

CREATE TABLE idempotency(
  key TEXT PRIMARY KEY,
  request_sha TEXT NOT NULL,
  task_ids TEXT NOT NULL,
  expires_us BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX idempotency_expiry ON idempotency(expires_us);

INSERT INTO meta(name, value) VALUES ('store_id', lower(hex(randomblob(16))));
PRAGMA user_version = 1;
