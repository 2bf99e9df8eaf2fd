-- What customers send by messaging channels besides text.

-- Files that are fetched from the platform. Held ones are on their way.
CREATE TABLE coming_files (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    channel_id TEXT COLLATE "C" NOT NULL,
    scope_id TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    held BOOLEAN NOT NULL
);
CREATE INDEX coming_files_due ON coming_files (channel_id, next_at, id) WHERE state = 'waiting';
CREATE INDEX coming_files_of_conversation ON coming_files (conversation_id, seq);
CREATE INDEX coming_files_of_contact ON coming_files (contact_id);
CREATE INDEX coming_files_by_age ON coming_files (created_at);

-- Which entry a customer's message became, by the platform's id of it.
CREATE TABLE known_messages (
    channel_id TEXT COLLATE "C" NOT NULL,
    message_key TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (channel_id, message_key)
);
CREATE INDEX known_messages_of_conversation ON known_messages (conversation_id, seq);

-- The platform's id of the message that an event brings or is about.
ALTER TABLE inbox ADD COLUMN about_key TEXT COLLATE "C";
CREATE INDEX inbox_about ON inbox (channel_id, about_key) WHERE about_key IS NOT NULL;
CREATE INDEX inbox_passed_over ON inbox (channel_id, id) WHERE state = 'passed_over';
