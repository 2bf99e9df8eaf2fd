-- Ids are text with a prefix, times UTC milliseconds, structured values JSON text.
-- Text compares and folds case as in SQLite, hence COLLATE "C" everywhere.

CREATE TABLE scopes (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    time_zone TEXT COLLATE "C" NOT NULL,
    settings TEXT COLLATE "C" NOT NULL,
    bot TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE channels (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    scope_id TEXT COLLATE "C" NOT NULL REFERENCES scopes (id),
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    public_key TEXT COLLATE "C" NOT NULL UNIQUE,
    identity_secret TEXT COLLATE "C" NOT NULL,
    settings TEXT COLLATE "C" NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX channels_of_scope ON channels (scope_id);

-- Addresses are stored in lower case.
CREATE TABLE members (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C",
    disabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    member_id TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    scope_id TEXT COLLATE "C" NOT NULL REFERENCES scopes (id),
    role TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (member_id, scope_id)
);
CREATE INDEX memberships_of_scope ON memberships (scope_id);

CREATE TABLE logins (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    member_id TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    csrf_token TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT COLLATE "C",
    user_agent TEXT COLLATE "C"
);
CREATE INDEX logins_of_member ON logins (member_id);

CREATE TABLE invitations (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    member_id TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    purpose TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX invitations_of_member ON invitations (member_id);

CREATE TABLE api_keys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    scope_id TEXT COLLATE "C" NOT NULL REFERENCES scopes (id),
    member_id TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    name TEXT COLLATE "C" NOT NULL,
    key_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    role TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_keys_of_scope ON api_keys (scope_id);

CREATE TABLE contacts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    scope_id TEXT COLLATE "C" NOT NULL REFERENCES scopes (id),
    channel_id TEXT COLLATE "C" NOT NULL REFERENCES channels (id),
    external_id TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C",
    verified BOOLEAN NOT NULL,
    attributes TEXT COLLATE "C" NOT NULL,
    token_generation BIGINT NOT NULL,
    first_seen BIGINT NOT NULL
);
CREATE UNIQUE INDEX contacts_proven ON contacts (channel_id, external_id) WHERE verified;

-- The fold of a conversation's entries. Indexes are on what a plain message does not change.
CREATE TABLE conversations (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    scope_id TEXT COLLATE "C" NOT NULL REFERENCES scopes (id),
    channel_id TEXT COLLATE "C" NOT NULL REFERENCES channels (id),
    contact_id TEXT COLLATE "C" NOT NULL REFERENCES contacts (id),
    version BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    assignee_id TEXT COLLATE "C",
    assignee_name TEXT COLLATE "C",
    -- The last assignee, also after the end.
    handled_by TEXT COLLATE "C",
    epoch BIGINT NOT NULL,
    episode BIGINT NOT NULL,
    turn BIGINT,
    bot_messages BIGINT NOT NULL,
    first_text TEXT COLLATE "C" NOT NULL,
    preview_by TEXT COLLATE "C",
    preview_text TEXT COLLATE "C",
    opened_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    waiting_since BIGINT,
    ended_at BIGINT,
    end_reason TEXT COLLATE "C",
    rated BOOLEAN NOT NULL,
    rating BIGINT,
    session TEXT COLLATE "C" NOT NULL,
    CHECK ((status = 'ended') = (ended_at IS NOT NULL)),
    CHECK ((status = 'assigned') = (assignee_id IS NOT NULL))
) WITH (fillfactor = 70); -- Room for the next version of a row on its own page, so that a message touches no index.
-- "Not ended" is said as "ended_at IS NULL": a planner can match that with a query's own text.
CREATE UNIQUE INDEX conversations_open ON conversations (channel_id, contact_id) WHERE ended_at IS NULL;
CREATE INDEX conversations_active ON conversations (scope_id) WHERE ended_at IS NULL;
CREATE INDEX conversations_ended ON conversations (scope_id, ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX conversations_of_contact ON conversations (contact_id, id);

-- The log. Appended only; one unique index and no reference, as each costs on every message: the
-- guarded update of the conversation's row already proves that it is there.
CREATE TABLE entries (
    conversation_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    author_kind TEXT COLLATE "C" NOT NULL,
    author_id TEXT COLLATE "C",
    author_name TEXT COLLATE "C",
    client_id TEXT COLLATE "C",
    kind TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);

CREATE TABLE feedback (
    conversation_id TEXT COLLATE "C" NOT NULL REFERENCES conversations (id),
    episode BIGINT NOT NULL,
    rating BIGINT,
    comment TEXT COLLATE "C",
    at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, episode)
);

CREATE TABLE reads (
    conversation_id TEXT COLLATE "C" NOT NULL REFERENCES conversations (id),
    reader TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, reader)
);

-- No references: a line outlives what it speaks of.
CREATE TABLE audit (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    scope_id TEXT COLLATE "C",
    at BIGINT NOT NULL,
    actor_kind TEXT COLLATE "C" NOT NULL,
    actor_id TEXT COLLATE "C",
    actor_name TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C",
    details TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_of_scope ON audit (scope_id, at, id);

CREATE TABLE outbox (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    scope_id TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C",
    topic TEXT COLLATE "C" NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    leased_until BIGINT,
    last_error TEXT COLLATE "C",
    done_at BIGINT
);
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE done_at IS NULL;

CREATE TABLE meta (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
