-- When its result was read or its end acknowledged; null keeps an ended task in the inbox. What ended before there was an
-- inbox is nobody's news.
ALTER TABLE task ADD COLUMN read_us BIGINT;
UPDATE task SET read_us = ended_us WHERE ended_us IS NOT NULL;

CREATE INDEX task_unread ON task(ended_us, seq) WHERE ended_us IS NOT NULL AND read_us IS NULL;

PRAGMA user_version = 3;
