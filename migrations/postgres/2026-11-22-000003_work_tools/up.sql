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
