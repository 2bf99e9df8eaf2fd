-- Files of chats; their bytes are in the object store under object_key. The row is made before the bytes are stored and
-- goes after they are removed, so nothing is left there that nobody knows of. No references: a row outlives what it
-- belonged to until its bytes are gone, and a contact who has not written yet is not stored.
CREATE TABLE files (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    scope_id TEXT COLLATE "C" NOT NULL,
    -- In whose conversations it may be sent.
    contact_id TEXT COLLATE "C" NOT NULL,
    -- The member who uploaded it; none when the contact did.
    member_id TEXT COLLATE "C",
    -- Where it was sent; none before.
    conversation_id TEXT COLLATE "C",
    -- Sent in a note, which the contact never sees.
    internal BOOLEAN NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    -- 0 until all of it is stored.
    size BIGINT NOT NULL,
    width BIGINT,
    height BIGINT,
    object_key TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    -- From then on it is removed; 0 = at once and for certain. None once it is sent.
    expires_at BIGINT
);
CREATE INDEX files_of_contact ON files (contact_id);
CREATE INDEX files_of_scope ON files (scope_id);
CREATE INDEX files_expiring ON files (expires_at) WHERE expires_at IS NOT NULL;
