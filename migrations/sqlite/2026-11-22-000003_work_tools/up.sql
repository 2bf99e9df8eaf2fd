-- Prepared answers: of the whole scope, or of one member when `owner_id` is given.
CREATE TABLE canned_replies (
    id TEXT NOT NULL PRIMARY KEY,
    scope_id TEXT NOT NULL REFERENCES scopes (id),
    owner_id TEXT REFERENCES members (id),
    shortcut TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX canned_replies_shared ON canned_replies (scope_id, shortcut) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX canned_replies_personal ON canned_replies (scope_id, owner_id, shortcut)
    WHERE owner_id IS NOT NULL;

-- The tags a scope suggests.
CREATE TABLE tags (
    scope_id TEXT NOT NULL REFERENCES scopes (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (scope_id, name)
);

-- Conversations by tag. Says the same as `conversations.tags`, a JSON list, the other way round.
CREATE TABLE conversation_tags (
    scope_id TEXT NOT NULL,
    tag TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    PRIMARY KEY (scope_id, tag, conversation_id)
);
ALTER TABLE conversations ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';

-- All conversations of a scope by the time they began, which their ids follow.
CREATE INDEX conversations_of_scope ON conversations (scope_id, id);

-- Without the second column the planner would take the index above for the open ones, and walk over all that ended.
DROP INDEX conversations_active;
CREATE INDEX conversations_active ON conversations (scope_id, ended_at) WHERE ended_at IS NULL;
