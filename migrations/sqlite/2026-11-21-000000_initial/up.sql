-- Ids are text with a prefix, times UTC milliseconds, structured values JSON text.

CREATE TABLE scopes (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    mode TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    settings TEXT NOT NULL,
    bot TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE channels (
    id TEXT NOT NULL PRIMARY KEY,
    scope_id TEXT NOT NULL REFERENCES scopes (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    public_key TEXT NOT NULL UNIQUE,
    identity_secret TEXT NOT NULL,
    settings TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX channels_of_scope ON channels (scope_id);

-- Addresses are stored in lower case.
CREATE TABLE members (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    disabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    member_id TEXT NOT NULL REFERENCES members (id),
    scope_id TEXT NOT NULL REFERENCES scopes (id),
    role TEXT NOT NULL,
    PRIMARY KEY (member_id, scope_id)
);
CREATE INDEX memberships_of_scope ON memberships (scope_id);

CREATE TABLE logins (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    token_hash TEXT NOT NULL UNIQUE,
    csrf_token TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT,
    user_agent TEXT
);
CREATE INDEX logins_of_member ON logins (member_id);

CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    token_hash TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX invitations_of_member ON invitations (member_id);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    scope_id TEXT NOT NULL REFERENCES scopes (id),
    member_id TEXT NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    key_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_keys_of_scope ON api_keys (scope_id);

CREATE TABLE contacts (
    id TEXT NOT NULL PRIMARY KEY,
    scope_id TEXT NOT NULL REFERENCES scopes (id),
    channel_id TEXT NOT NULL REFERENCES channels (id),
    external_id TEXT,
    name TEXT NOT NULL,
    email TEXT,
    verified BOOLEAN NOT NULL,
    attributes TEXT NOT NULL,
    token_generation BIGINT NOT NULL,
    first_seen BIGINT NOT NULL
);
CREATE UNIQUE INDEX contacts_proven ON contacts (channel_id, external_id) WHERE verified;

-- The fold of a conversation's entries. Indexes are on what a plain message does not change.
CREATE TABLE conversations (
    id TEXT NOT NULL PRIMARY KEY,
    scope_id TEXT NOT NULL REFERENCES scopes (id),
    channel_id TEXT NOT NULL REFERENCES channels (id),
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    version BIGINT NOT NULL,
    status TEXT NOT NULL,
    assignee_id TEXT,
    assignee_name TEXT,
    -- The last assignee, also after the end.
    handled_by TEXT,
    epoch BIGINT NOT NULL,
    episode BIGINT NOT NULL,
    turn BIGINT,
    bot_messages BIGINT NOT NULL,
    first_text TEXT NOT NULL,
    preview_by TEXT,
    preview_text TEXT,
    opened_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    waiting_since BIGINT,
    ended_at BIGINT,
    end_reason TEXT,
    rated BOOLEAN NOT NULL,
    rating BIGINT,
    session TEXT NOT NULL,
    CHECK ((status = 'ended') = (ended_at IS NOT NULL)),
    CHECK ((status = 'assigned') = (assignee_id IS NOT NULL))
);
-- "Not ended" is said as "ended_at IS NULL": a planner can match that with a query's own text.
CREATE UNIQUE INDEX conversations_open ON conversations (channel_id, contact_id) WHERE ended_at IS NULL;
CREATE INDEX conversations_active ON conversations (scope_id) WHERE ended_at IS NULL;
CREATE INDEX conversations_ended ON conversations (scope_id, ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX conversations_of_contact ON conversations (contact_id, id);

-- The log. Appended only; one unique index and no reference, as each costs on every message: the
-- guarded update of the conversation's row already proves that it is there.
CREATE TABLE entries (
    conversation_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    author_kind TEXT NOT NULL,
    author_id TEXT,
    author_name TEXT,
    client_id TEXT,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);

CREATE TABLE feedback (
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    episode BIGINT NOT NULL,
    rating BIGINT,
    comment TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, episode)
);

CREATE TABLE reads (
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    reader TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, reader)
);

-- No references: a line outlives what it speaks of.
CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    scope_id TEXT,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    address TEXT,
    details TEXT NOT NULL
);
CREATE INDEX audit_of_scope ON audit (scope_id, at, id);

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    scope_id TEXT NOT NULL,
    conversation_id TEXT,
    topic TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    leased_until BIGINT,
    last_error TEXT,
    done_at BIGINT
);
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE done_at IS NULL;

CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
