-- Pictures of members; their bytes are in the object store under the id, which nobody can guess. The row is made before
-- the bytes are stored and goes after they are removed, so nothing is left there that nobody knows of.
CREATE TABLE avatars (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    member_id TEXT COLLATE "C" NOT NULL,
    -- Empty until all of it is stored.
    media_type TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- From then on it is removed; none for the member's picture of now.
    expires_at BIGINT
);
CREATE UNIQUE INDEX avatars_shown ON avatars (member_id) WHERE expires_at IS NULL;
CREATE INDEX avatars_expiring ON avatars (expires_at) WHERE expires_at IS NOT NULL;
