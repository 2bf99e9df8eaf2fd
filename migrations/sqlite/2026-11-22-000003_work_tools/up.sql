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
