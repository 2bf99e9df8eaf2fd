ALTER TABLE conversations DROP COLUMN replied_at;
DROP TABLE episodes;
