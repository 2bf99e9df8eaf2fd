DROP TABLE webhook_tries;
DROP TABLE webhook_events;
DROP TABLE webhooks;
