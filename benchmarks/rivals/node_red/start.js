// On start: a pool of ten connections and the ids of the stations.
const pg = global.get("pg");
const pool = new pg.Pool({ connectionString: env.get("RIVAL_DATABASE"), max: 10 });
const found = await pool.query("SELECT code, id FROM station");
context.set("pool", pool);
context.set("stations", new Map(found.rows.map((row) => [row.code, row.id])));
context.set("waiting", []);
