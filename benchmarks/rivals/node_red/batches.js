// On message: rows gather until there are 1,000 or 20 ms have gone by, then one INSERT stores them.
const waiting = context.get("waiting");

async function flush() {
    clearTimeout(context.get("timer"));
    context.set("timer", null);
    const rows = waiting.splice(0, waiting.length);
    if (rows.length === 0) return;
    const columns = rows[0].map((_, place) => rows.map((row) => row[place]));
    await context.get("pool").query({
        name: "store",
        text:
            "INSERT INTO reading (station_id, observed_at, period, received_at," +
            " water_temperature_c, ph, dissolved_oxygen_mgl, permanganate_index_mgl," +
            " ammonia_nitrogen_mgl, total_phosphorus_mgl, total_nitrogen_mgl, conductivity_uscm," +
            " turbidity_ntu) SELECT s, at, 'instant', now(), a, b, c, d, e, f, g, h, i FROM unnest(" +
            "$1::bigint[], $2::timestamptz[], $3::float8[], $4::float8[], $5::float8[]," +
            " $6::float8[], $7::float8[], $8::float8[], $9::float8[], $10::float8[]," +
            " $11::float8[]) AS t (s, at, a, b, c, d, e, f, g, h, i) ON CONFLICT DO NOTHING",
        values: columns,
    });
}

const told = msg.payload.values;
waiting.push([
    context.get("stations").get(msg.topic.split("/")[2]), msg.payload.time,
    told.temp, told.ph, told.do, told.codmn, told.nh3n, told.tp, told.tn, told.ec, told.turb,
]);
if (waiting.length >= 1000) {
    await flush();
} else if (!context.get("timer")) {
    context.set("timer", setTimeout(() => flush().catch((fault) => node.error(fault)), 20));
}
