-- The messages of a conversation stand in a line: each but the first names the one before it, until that is done. So what can
-- leave now is found without a look at all that waits.
ALTER TABLE outbox ADD COLUMN waits_for TEXT;
UPDATE outbox SET waits_for = (
    SELECT MAX(ahead.id) FROM outbox AS ahead
    WHERE ahead.conversation_id = outbox.conversation_id AND ahead.channel_id IS NOT NULL
        AND ahead.done_at IS NULL AND ahead.id < outbox.id
) WHERE channel_id IS NOT NULL AND done_at IS NULL;
DROP INDEX outbox_of_channel;
CREATE INDEX outbox_ready ON outbox (channel_id, next_at, id)
    WHERE done_at IS NULL AND leased_until IS NULL AND waits_for IS NULL AND channel_id IS NOT NULL;
CREATE INDEX outbox_behind ON outbox (waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX outbox_lines ON outbox (conversation_id, id) WHERE done_at IS NULL AND channel_id IS NOT NULL;
