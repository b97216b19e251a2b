"""The demo's own database and broker, from the settings kept in its folder."""

from collections.abc import Callable, MutableMapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from dashboard.demo.environment import secret, stored_passwords
from dashboard.demo.watch import SAMPLED_S
from data.cluster import DATABASE, ROLES, Cluster
from data.database import engine
from ingest.broker.mosquitto import INGEST, PUBLISHER, SIMULATOR, Broker

Settings = MutableMapping[str, str]
_WITH_DEVICES = text("""
SELECT code FROM station WHERE interval_s < :sampled_s
ORDER BY kind <> 'section', body <> 'river', code
""")


def start_cluster(folder: Path, settings: Settings) -> Cluster:
    """Starts and returns the database cluster; puts addresses and passwords into the settings."""
    passwords = stored_passwords(settings, "ONEMAP_DEMO__DATABASE_PASSWORDS", list(ROLES))
    port = int(settings.get("ONEMAP_DEMO__DATABASE_PORT", "0"))
    log = folder / "logs" / "postgresql.log"
    cluster = Cluster(folder / "postgresql", passwords, port=port, log=log)
    cluster.start()
    settings["ONEMAP_DEMO__DATABASE_PORT"] = str(cluster.port)
    settings["ONEMAP_DATABASE__URL"] = cluster.url("app")
    for role in ("owner", "ingest", "readonly"):
        settings[f"ONEMAP_DATABASE__{role.upper()}_URL"] = cluster.url(role)
    return cluster


def fill_once(cluster: Cluster, folder: Path, fill: Callable[[Engine], None]) -> bool:
    """Migrates the database and fills it unless that was done before; returns whether it was now.

    ``fill`` gets an engine of the owner role. A basin left half-made by a killed run is dropped
    first.
    """
    from data.migrations.run import upgrade

    marker = folder / "filled"
    if not marker.exists() and cluster.execute("SELECT to_regclass('public.river');", DATABASE):
        cluster.drop_database(DATABASE)
        cluster.create_database(DATABASE)
    owner = engine(cluster.url("owner"), application="onemap-demo")
    event.listen(owner, "connect", _commit_unawaited)
    try:
        upgrade(owner)
        if marker.exists():
            return False
        fill(owner)
    finally:
        owner.dispose()
    cluster.execute("ANALYZE;", DATABASE)  # its commit waits for the disk, so all before are there
    marker.touch()
    return True


def _commit_unawaited(connection: DBAPIConnection, _record: object) -> None:
    """Makes commits not wait for the disk; after a crash the demo is filled anew."""
    with closing(connection.cursor()) as cursor:
        cursor.execute("SET synchronous_commit = off")
    connection.commit()


def station_codes(cluster: Cluster) -> list[str]:
    """Returns the codes of all stations that have a device, sections of rivers first."""
    reader = engine(cluster.url("app"), application="onemap-demo")
    try:
        with reader.connect() as connection:
            return list(connection.execute(_WITH_DEVICES, {"sampled_s": SAMPLED_S}).scalars())
    finally:
        reader.dispose()


def start_broker(folder: Path, settings: Settings, stations: list[str]) -> Broker:
    """Starts and returns the MQTT broker, with accounts for each station, ingest and the simulator.

    Its address and passwords are put into the settings. A device that was added by hand keeps its
    password.
    """
    known = Broker(folder / "mosquitto").known()
    stored = stored_passwords(settings, "ONEMAP_DEMO__DEVICES", [])
    ours = [code for code in stations if code in stored or code not in known]
    devices = stored_passwords(settings, "ONEMAP_DEMO__DEVICES", ours)
    settings.setdefault("ONEMAP_MQTT__PASSWORD", secret())
    settings.setdefault("ONEMAP_SIMULATOR__PASSWORD", secret())
    broker = Broker(
        folder / "mosquitto",
        int(settings.get("ONEMAP_MQTT__PORT", "0")),
        {
            **{code: devices[code] for code in ours},
            INGEST: settings["ONEMAP_MQTT__PASSWORD"],
            SIMULATOR: settings["ONEMAP_SIMULATOR__PASSWORD"],
            PUBLISHER: settings["ONEMAP_SIMULATOR__PASSWORD"],
        },
        gateways={SIMULATOR: stations, PUBLISHER: stations},
        log=folder / "logs" / "mosquitto.log",
    )
    broker.start()
    settings["ONEMAP_MQTT__HOST"] = "127.0.0.1"
    settings["ONEMAP_MQTT__PORT"] = str(broker.port)
    settings["ONEMAP_MQTT__USERNAME"] = INGEST
    settings["ONEMAP_MQTT__CONFIG_FILE"] = str(broker.folder / "mosquitto.conf")
    settings["ONEMAP_MQTT__LOG_FILE"] = str(broker.log)
    settings["ONEMAP_SIMULATOR__USERNAME"] = SIMULATOR
    settings["ONEMAP_SIMULATOR__PUBLISHER"] = PUBLISHER
    settings["ONEMAP_SIMULATOR__ORDER_FILE"] = str(folder / "pollution.json")
    return broker
