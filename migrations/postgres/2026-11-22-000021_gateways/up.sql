-- Sessions with gateways of platforms, so that one goes on after a restart; `seq` is the last number that was dealt with.
CREATE TABLE gateway_sessions (
    channel_id TEXT NOT NULL PRIMARY KEY REFERENCES channels (id),
    session_id TEXT NOT NULL,
    url TEXT NOT NULL,
    seq BIGINT NOT NULL
);
