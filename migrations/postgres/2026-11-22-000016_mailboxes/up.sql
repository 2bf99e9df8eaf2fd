-- How far the mailbox of a channel was read.
CREATE TABLE mailboxes (
    channel_id TEXT NOT NULL PRIMARY KEY REFERENCES channels (id),
    -- Which mailbox, so that another one is read from its own beginning: server, user and folder.
    place TEXT NOT NULL,
    -- UIDs mean something under one validity only (RFC 3501, section 2.3.1.1).
    uid_validity BIGINT NOT NULL,
    last_uid BIGINT NOT NULL
);
