DROP TABLE channel_faults;
DROP TABLE channel_secrets;
DROP TABLE routes;
DROP TABLE deliveries;
DROP INDEX outbox_of_entry;
DROP INDEX outbox_of_channel;
ALTER TABLE outbox DROP COLUMN seq;
ALTER TABLE outbox DROP COLUMN channel_id;
DROP TABLE inbox;
