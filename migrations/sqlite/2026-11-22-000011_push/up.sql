-- Browsers that are told by Web Push. One for each log-in, and gone with it, so that nobody is told who has logged out.
CREATE TABLE push_subscriptions (
    login_id TEXT NOT NULL PRIMARY KEY REFERENCES logins (id) ON DELETE CASCADE,
    member_id TEXT NOT NULL REFERENCES members (id),
    endpoint TEXT NOT NULL UNIQUE,
    -- The browser's public key and its secret, base64url, as RFC 8291 names them.
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    -- What to be told about and in which words, JSON.
    wishes TEXT NOT NULL,
    wording TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX push_subscriptions_of_member ON push_subscriptions (member_id);

-- Notes that name a member who has not read them yet: the last one of each conversation.
CREATE TABLE mentions (
    member_id TEXT NOT NULL REFERENCES members (id),
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    scope_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (member_id, conversation_id)
);
CREATE INDEX mentions_of_conversation ON mentions (conversation_id);
