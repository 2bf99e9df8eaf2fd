-- What reports count: the fold of each conversation's entries, one row an episode. Can be made again from the log.
CREATE TABLE episodes (
    conversation_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    scope_id TEXT COLLATE "C" NOT NULL,
    channel_id TEXT COLLATE "C" NOT NULL,
    began_at BIGINT NOT NULL,
    begun TEXT COLLATE "C" NOT NULL,
    queued_at BIGINT,
    waiting_since BIGINT,
    waited BIGINT,
    joined_at BIGINT,
    owner_id TEXT COLLATE "C",
    owned_since BIGINT,
    handled BIGINT NOT NULL,
    replied_at BIGINT,
    replied_by TEXT COLLATE "C",
    ended_at BIGINT,
    end_reason TEXT COLLATE "C",
    rating BIGINT,
    PRIMARY KEY (conversation_id, number)
);
CREATE INDEX episodes_of_scope ON episodes (scope_id, began_at);

-- Tells the first reply of an episode from all later messages, which touch no episode.
ALTER TABLE conversations ADD COLUMN replied_at BIGINT;
