// On message: one prepared INSERT, as soon as one of the ten connections is free.
const told = msg.payload.values;
await context.get("pool").query({
    name: "store",
    text:
        "INSERT INTO reading (station_id, observed_at, period, received_at, water_temperature_c," +
        " ph, dissolved_oxygen_mgl, permanganate_index_mgl, ammonia_nitrogen_mgl," +
        " total_phosphorus_mgl, total_nitrogen_mgl, conductivity_uscm, turbidity_ntu)" +
        " VALUES ($1, $2, 'instant', now(), $3, $4, $5, $6, $7, $8, $9, $10, $11)" +
        " ON CONFLICT DO NOTHING",
    values: [
        context.get("stations").get(msg.topic.split("/")[2]), msg.payload.time,
        told.temp, told.ph, told.do, told.codmn, told.nh3n, told.tp, told.tn, told.ec, told.turb,
    ],
});
