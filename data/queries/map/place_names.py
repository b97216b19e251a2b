"""Which place names the map shows: those in one's divisions and around one's waters."""

PLACE_VISIBLE = (
    "(:scope_all OR EXISTS (SELECT 1 FROM division WHERE division.id = ANY(:scope_divisions)"
    " AND ST_Intersects(division.geom, place.geom))"
    " OR EXISTS (SELECT 1 FROM reach WHERE (reach.river_id = ANY(:scope_rivers)"
    " OR reach.id = ANY(:scope_reaches))"
    " AND place.geom && ST_Expand(reach.geom, 0.1)))"
)
