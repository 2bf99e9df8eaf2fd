-- What messaging channels receive and send.

-- Events as they came. A channel takes each event, and each message of it, once.
CREATE TABLE inbox (
    id TEXT NOT NULL PRIMARY KEY,
    channel_id TEXT NOT NULL REFERENCES channels (id),
    event_key TEXT NOT NULL,
    message_key TEXT,
    contact_key TEXT,
    raw TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    last_error TEXT,
    UNIQUE (channel_id, event_key)
);
CREATE UNIQUE INDEX inbox_messages ON inbox (channel_id, message_key) WHERE message_key IS NOT NULL;
CREATE INDEX inbox_waiting ON inbox (id) WHERE state = 'waiting';
CREATE INDEX inbox_of_contact ON inbox (channel_id, contact_key, id) WHERE state = 'waiting';
CREATE INDEX inbox_dead ON inbox (channel_id, id) WHERE state = 'dead';
CREATE INDEX inbox_of_channel ON inbox (channel_id, id);
CREATE INDEX inbox_by_age ON inbox (received_at);

-- A delivery by a channel says which entry it is of.
ALTER TABLE outbox ADD COLUMN channel_id TEXT;
ALTER TABLE outbox ADD COLUMN seq BIGINT;
CREATE INDEX outbox_of_channel ON outbox (channel_id, next_at, id) WHERE done_at IS NULL AND channel_id IS NOT NULL;
CREATE INDEX outbox_of_entry ON outbox (conversation_id, seq) WHERE channel_id IS NOT NULL;

-- Every hop of every message; `state` is the message's state after it.
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    channel_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    part BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    state TEXT NOT NULL,
    provider_id TEXT,
    reason TEXT
);
CREATE INDEX deliveries_of_entry ON deliveries (conversation_id, seq, id);
CREATE INDEX deliveries_of_channel ON deliveries (channel_id, id);
CREATE INDEX deliveries_known ON deliveries (channel_id, provider_id) WHERE provider_id IS NOT NULL;

-- How a platform's customer is reached: what the platform said of them last.
CREATE TABLE routes (
    channel_id TEXT NOT NULL REFERENCES channels (id),
    contact_key TEXT NOT NULL,
    address TEXT NOT NULL,
    last_in_at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, contact_key)
);

-- Sealed; `key_name` says with which key.
CREATE TABLE channel_secrets (
    channel_id TEXT NOT NULL REFERENCES channels (id),
    name TEXT NOT NULL,
    key_name TEXT NOT NULL,
    sealed TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (channel_id, name)
);

-- A channel that its platform turns away; until somebody mends it.
CREATE TABLE channel_faults (
    channel_id TEXT NOT NULL PRIMARY KEY REFERENCES channels (id),
    reason TEXT NOT NULL,
    since BIGINT NOT NULL
);
