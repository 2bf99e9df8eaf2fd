-- What platforms told of messages before we had noted under which id they know them.
CREATE TABLE early_reports (
    channel_id TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, provider_id, state)
);
CREATE INDEX early_reports_by_age ON early_reports (at);
