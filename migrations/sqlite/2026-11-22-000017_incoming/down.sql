DROP INDEX inbox_passed_over;
DROP INDEX inbox_about;
ALTER TABLE inbox DROP COLUMN about_key;
DROP TABLE known_messages;
DROP TABLE coming_files;
