DROP INDEX conversations_active;
CREATE INDEX conversations_active ON conversations (scope_id) WHERE ended_at IS NULL;
DROP INDEX conversations_of_scope;
ALTER TABLE conversations DROP COLUMN tags;
DROP TABLE conversation_tags;
DROP TABLE tags;
DROP TABLE canned_replies;
