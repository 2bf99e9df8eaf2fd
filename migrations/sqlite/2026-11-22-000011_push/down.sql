DROP TABLE mentions;
DROP TABLE push_subscriptions;
