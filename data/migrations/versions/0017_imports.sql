-- An import draws the ids of new reaches beforehand, so that each row can name the one below it.
GRANT USAGE ON SEQUENCE reach_id_seq TO onemap_app;

-- A reach that goes is looked for in every table that refers to it; this one had no index.
CREATE INDEX ix_notice_board_reach_id ON notice_board (reach_id);
