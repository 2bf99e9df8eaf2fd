-- Programs of others that are told what happens in a scope.

-- Where they listen. The secret is sealed; the one before it still signs until `old_until`.
CREATE TABLE webhooks (
    id TEXT NOT NULL PRIMARY KEY,
    scope_id TEXT NOT NULL REFERENCES scopes (id),
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    off_reason TEXT,
    failing_since BIGINT,
    created_at BIGINT NOT NULL,
    key_name TEXT NOT NULL,
    sealed TEXT NOT NULL,
    old_key_name TEXT,
    old_sealed TEXT,
    old_until BIGINT
);
CREATE INDEX webhooks_of_scope ON webhooks (scope_id, id);

-- What one of them is to be told, made in the commit of what happened. Names the entry, so that an erased one is not told.
CREATE TABLE webhook_events (
    id TEXT NOT NULL PRIMARY KEY,
    webhook_id TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    conversation_id TEXT,
    seq BIGINT,
    contact_id TEXT,
    kind TEXT NOT NULL,
    detail TEXT,
    at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    held BOOLEAN NOT NULL,
    done_at BIGINT
);
CREATE INDEX webhook_events_due ON webhook_events (webhook_id, next_at, id) WHERE done_at IS NULL;
CREATE INDEX webhook_events_by_age ON webhook_events (at);
CREATE INDEX webhook_events_of_conversation ON webhook_events (conversation_id) WHERE detail IS NOT NULL;

-- Every try.
CREATE TABLE webhook_tries (
    id TEXT NOT NULL PRIMARY KEY,
    webhook_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    status BIGINT,
    reason TEXT,
    next_at BIGINT
);
CREATE INDEX webhook_tries_of_webhook ON webhook_tries (webhook_id, id);
CREATE INDEX webhook_tries_by_age ON webhook_tries (at);
