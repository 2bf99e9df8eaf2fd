DROP INDEX outbox_lines;
DROP INDEX outbox_behind;
DROP INDEX outbox_ready;
CREATE INDEX outbox_of_channel ON outbox (channel_id, next_at, id) WHERE done_at IS NULL AND channel_id IS NOT NULL;
ALTER TABLE outbox DROP COLUMN waits_for;
