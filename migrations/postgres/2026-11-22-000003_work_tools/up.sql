-- Prepared answers: of the whole scope, or of one member when `owner_id` is given.
CREATE TABLE canned_replies (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    scope_id TEXT COLLATE "C" NOT NULL REFERENCES scopes (id),
    owner_id TEXT COLLATE "C" REFERENCES members (id),
    shortcut TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX canned_replies_shared ON canned_replies (scope_id, shortcut) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX canned_replies_personal ON canned_replies (scope_id, owner_id, shortcut)
    WHERE owner_id IS NOT NULL;

-- The tags a scope suggests.
CREATE TABLE tags (
    scope_id TEXT COLLATE "C" NOT NULL REFERENCES scopes (id),
    name TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (scope_id, name)
);

-- Conversations by tag. Says the same as `conversations.tags`, a JSON list, the other way round.
CREATE TABLE conversation_tags (
    scope_id TEXT COLLATE "C" NOT NULL,
    tag TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL REFERENCES conversations (id),
    PRIMARY KEY (scope_id, tag, conversation_id)
);
ALTER TABLE conversations ADD COLUMN tags TEXT COLLATE "C" NOT NULL DEFAULT '[]';

-- All conversations of a scope by the time they began, which their ids follow.
CREATE INDEX conversations_of_scope ON conversations (scope_id, id);
