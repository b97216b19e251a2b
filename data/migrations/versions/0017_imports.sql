-- An import draws the ids of new reaches beforehand, so that each row can name the one below it.
GRANT USAGE ON SEQUENCE reach_id_seq TO onemap_app;

-- A reach that goes is looked for in every table that refers to it; this one had no index.
CREATE INDEX ix_notice_board_reach_id ON notice_board (reach_id);

-- A list counts what belongs to each of its rows, and what goes is looked for wherever it is named.
CREATE INDEX ix_problem_patrol_id ON problem (patrol_id);
CREATE INDEX ix_problem_lake_id ON problem (lake_id);
CREATE INDEX ix_patrol_division_id ON patrol (division_id);
CREATE INDEX ix_river_flows_into_id ON river (flows_into_id);
CREATE INDEX ix_lake_river_id ON lake (river_id);
CREATE INDEX ix_lake_division_id ON lake (division_id);
CREATE INDEX ix_notice_board_lake_id ON notice_board (lake_id);
CREATE INDEX ix_responsibility_person_id ON responsibility (person_id);
CREATE INDEX ix_account_role_division_id ON account_role (division_id);
CREATE INDEX ix_offline_spell_problem_id ON offline_spell (problem_id);

-- The list of rivers asks of every reach only which river and division it is of.
CREATE INDEX ix_reach_id_owners ON reach (id) INCLUDE (river_id, division_id);
