"""Settings from the environment, one class per subject; read when called, never at import."""

from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, PositiveFloat, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.moments import DayBounds
from data.vocabulary import Parameter


class DatabaseSettings(BaseSettings):
    """Where PostgreSQL answers; one address for each of the four roles."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_DATABASE__")

    url: SecretStr = Field(description="address for the app role, postgresql+psycopg://…")
    owner_url: SecretStr | None = Field(None, description="address for migrations")
    ingest_url: SecretStr | None = Field(None, description="address for ingest; default: url")
    readonly_url: SecretStr | None = Field(None, description="address for reports; default: url")
    pool_size: int = Field(
        10,
        ge=1,
        le=200,
        description="connections a process keeps; a server opens up to twice as many",
    )
    statement_seconds: float = Field(
        20, gt=0, le=86400, description="a server's statement is ended after this long …"
    )
    lock_seconds: float = Field(
        5, gt=0, le=86400, description="… and after so long a wait for a lock or a connection"
    )
    long_seconds: float = Field(
        300, gt=0, le=86400, description="what a statement of an export or a paper may take"
    )
    idle_seconds: float = Field(
        60, gt=0, le=86400, description="a transaction that does nothing for so long is ended"
    )
    clock_seconds: float = Field(
        60, gt=0, le=300, description="a clock further from the database's may stamp nothing"
    )


class MqttSettings(BaseSettings):
    """Where the broker answers and who ingest is there."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_MQTT__")

    host: str = Field("127.0.0.1", description="the broker's host")
    port: int = Field(1883, ge=1, le=65535, description="the broker's port")
    others: tuple[str, ...] = Field(
        (), description="further nodes of the same broker as a JSON list of host:port"
    )
    protocol: Literal["5", "3.1.1"] = Field(
        "5", description="MQTT version: 5, or 3.1.1 for brokers such as RabbitMQ 3.10"
    )
    username: str = Field("onemap-ingest", description="the broker's account for ingest")
    password: SecretStr = Field(SecretStr(""), description="its password")
    client_id: str = Field("onemap-ingest", description="fixed id of the kept session")
    tls_ca: Path | None = Field(None, description="certificate authority; set to use TLS")
    config_file: Path | None = Field(
        None, description="the broker's own configuration, checked at start when readable"
    )
    log_file: Path | None = Field(
        None, description="mosquitto's log; what it says the broker has refused is counted"
    )


class IngestSettings(BaseSettings):
    """How ingest batches, bounds and checks."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_INGEST__")

    workers: int = Field(1, ge=1, le=64, description="processes that share the stations")
    batch_messages: int = Field(2000, ge=1, le=20000, description="most messages a batch")
    batch_wait_ms: int = Field(20, ge=1, le=5000, description="longest wait for a batch to fill")
    queue_messages: int = Field(20000, ge=100, description="most messages waiting in memory")
    queue_bytes: int = Field(64_000_000, ge=1_000_000, description="most bytes waiting in memory")
    payload_bytes: int = Field(
        65536, ge=256, le=262144, description="largest message read; of a larger one 1 kB is kept"
    )
    message_readings: int = Field(
        1000, ge=1, description="most readings of one message, where several are tolerated"
    )
    quarantine_bytes: int = Field(
        2_000_000,
        ge=0,
        description="refused bytes kept whole a station and hour; beyond them only counts",
    )
    stranger_bytes: int = Field(
        20_000_000, ge=0, description="the same for all unregistered stations together"
    )
    future_minutes: int = Field(10, ge=0, description="a reading further ahead is refused")
    oldest_days: int = Field(
        400, ge=0, description="a reading older than this is refused; 0: none for its age"
    )
    late_minutes: int = Field(
        15, ge=0, description="a reading that arrives later than this counts as late"
    )
    sweep_seconds: int = Field(60, ge=1, description="how often silent stations are looked for")
    metrics_host: str = Field("127.0.0.1", description="address its figures answer on")
    metrics_port: int = Field(
        0, ge=0, le=65535, description="port of its figures for Prometheus; 0: none"
    )


class QualitySettings(BaseSettings):
    """How a class is told from readings."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_QUALITY__")

    required: tuple[Parameter, ...] = Field(
        (
            Parameter.PH,
            Parameter.DISSOLVED_OXYGEN,
            Parameter.PERMANGANATE_INDEX,
            Parameter.AMMONIA_NITROGEN,
            Parameter.TOTAL_PHOSPHORUS,
        ),
        description="parameters a class needs, as a JSON list of keys",
    )
    fresh_hours: float = Field(24, gt=0, description="a value older than this is stale …")
    fresh_intervals: int = Field(3, ge=1, description="… or than this many intervals, the longer")
    round_readings: bool = Field(False, description="round single readings before grading")
    oxygen_saturation: bool = Field(
        False, description="class Ⅰ oxygen also by 90 % saturation (needs temperature)"
    )
    below_limit_share: float = Field(0.5, ge=0, le=1, description="of a limit, below it (未核实)")
    detection_limits: dict[Parameter, PositiveFloat] = Field(
        {}, description="limits for results that name none, as JSON by key (未核实)"
    )


class StationSettings(BaseSettings):
    """What is said of stations when they are put on the map."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_STATIONS__")

    near_m: float = Field(
        10, ge=0, le=1000, description="another station so near (m) is told of; 0: none"
    )


class DateSettings(BaseSettings):
    """Which days of an imported file can be meant; a day outside is refused by row and field."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_DATES__")

    earliest_year: int = Field(
        1949, ge=1, le=9999, description="no duty, station, limit or calendar is older"
    )
    ahead_days: int = Field(
        366, ge=0, le=36_500, description="… and none begins more than so many days ahead"
    )
    end_years: int = Field(
        30, ge=0, le=1000, description="a term of office ends at most so many years ahead"
    )
    calendar_years: int = Field(
        2, ge=0, le=100, description="a calendar is of a year at most so many years ahead"
    )

    def bounds(self, today: date) -> DayBounds:
        """Returns the bounds as seen from a day."""
        return DayBounds(
            today, self.earliest_year, self.ahead_days, self.end_years, self.calendar_years
        )


class DashboardSettings(BaseSettings):
    """How the dashboard is served and what it shows by default."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_DASHBOARD__")

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8050, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    origins: tuple[str, ...] = Field(
        (), description="origins allowed to write besides the one served, as a JSON list"
    )
    hosts: tuple[str, ...] = Field(
        (),
        description="names the site answers to, as a JSON list (.example.cn: all below); empty:"
        " any, but on loopback without secure_cookie only loopback and bare addresses",
    )
    secure_cookie: bool = Field(False, description="cookies over HTTPS only; set behind TLS")
    hsts_subdomains: bool = Field(
        False, description="HTTPS for all names below the site's too; with secure_cookie"
    )
    language: str = Field("zh", pattern="^(zh|en)$", description="language before a choice")
    session_hours: float = Field(12, gt=0, description="a session ends after this long unused …")
    session_days: float = Field(7, gt=0, description="… and this long after the sign-in at most")
    attempts: int = Field(
        5, ge=1, description="failed sign-ins of an account at one place before it must wait"
    )
    account_attempts: int = Field(
        20, ge=1, description="… a day at places where it never signed in before those must wait"
    )
    address_attempts: int = Field(
        60, ge=1, description="… of all accounts at one address in a quarter of an hour"
    )
    first_wait_seconds: float = Field(
        30, gt=0, description="the wait after too many failed sign-ins; it doubles with each more"
    )
    longest_wait_minutes: float = Field(15, gt=0, description="the longest such wait")
    known_days: float = Field(
        30, gt=0, description="a browser and an address stay known so long after a sign-in"
    )
    password_checks: int = Field(2, ge=1, description="passwords checked at once (64 MB each)")
    password_queue: int = Field(100, ge=1, description="sign-ins that may wait for their check")
    proxies: tuple[str, ...] = Field(
        (),
        description="addresses or networks of the proxies whose X-Forwarded-For is believed, as a"
        " JSON list; empty: nobody's",
    )
    basemap: str = Field("", description="raster tiles {z}/{x}/{y}, e.g. Tianditu; empty: none")
    basemap_attribution: str = Field("", description="the basemap's attribution line")
    area_name: str = Field("", description="name of the area in the bar; empty: from divisions")
    place_far_m: float = Field(200, gt=0, description="metres from water to doubt a place")
    watched: tuple[Path, ...] = Field(
        (), description="folders whose disk must not run full, as a JSON list"
    )
    free_percent: float = Field(
        10, ge=0, le=100, description="a watched disk with less of it free is warned of"
    )
    workers: int = Field(
        0, ge=0, le=400, description="threads for requests; 0: as many as connections"
    )
    connections: int = Field(
        4000, ge=16, description="connections open at once; the limit of open files may lower it"
    )
    header_seconds: float = Field(10, gt=0, description="a request's head must come within …")
    body_seconds: float = Field(300, gt=0, description="… its body within …")
    pause_seconds: float = Field(30, gt=0, description="… and neither side pause for longer")
    keep_alive_seconds: int = Field(15, ge=1, description="an unused connection stays so long")
    metrics_token: SecretStr | None = Field(
        None, description="a secret by which Prometheus reads /metrics, as a bearer token"
    )
    streams: int = Field(2000, ge=1, description="pages that get news at once; more are refused")
    account_streams: int = Field(50, ge=1, description="… and of one account")
    news_pause_ms: int = Field(100, ge=0, description="changes come to a page at most so often")
    most_waiting: int = Field(
        200, ge=1, description="requests that wait for a thread; further ones are refused"
    )
    wait_seconds: float = Field(10, gt=0, description="a request waits so long for a thread")
    tile_connections: int = Field(3, ge=1, le=16, description="connections that read tiles")
    tile_cache_mb: int = Field(128, ge=1, description="memory for tiles kept ready, in MB")
    uploads_at_once: int = Field(
        2, ge=1, description="uploads read at the same time, of one account one"
    )
    upload_seconds: float = Field(
        60, gt=0, description="an upload that takes longer to read is refused"
    )
    upload_memory_mb: int = Field(
        1500, ge=100, description="memory that reading one upload may take, in MB"
    )
    photo_mb: int = Field(25, ge=1, le=50, description="a photo has so many MB at most …")
    photo_megapixels: int = Field(
        110, ge=1, le=400, description="… and so many million pixels, whatever its MB"
    )
    demo: bool = Field(False, description="set by the demo; serve refuses it unless told")

    @field_validator("proxies")
    @classmethod
    def _are_addresses(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        """Raises ValueError for what is no address and no network: it would match nothing."""
        for one in proxies:
            ip_network(one)
        return proxies


class LedgerSettings(BaseSettings):
    """What the ledger goes by, and how its worker keeps time and signs."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_LEDGER__")

    rules: Path | None = Field(None, description="own rules laid over the shipped rules.toml")
    patrol_rules: Path | None = Field(
        None, description="own rules of patrols in place of the shipped patrol_rules.toml's"
    )
    key: Path | None = Field(
        None, description="private key that signs the heads, made at first use; empty: none signed"
    )
    track_months: int = Field(
        24, ge=0, description="months after which a patrol's track is removed; 0: kept for ever"
    )
    head_minutes: float = Field(15, gt=0, description="a head is signed at most this often")
    turn_seconds: float = Field(30, gt=0, description="how often the worker looks untold")
    burst_refusals: int = Field(
        100, ge=1, description="refused messages of a station in an hour that the office hears of"
    )


class LogSettings(BaseSettings):
    """How large the logs grow that a supervisor of ours keeps; other supervisors have their own."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_LOGS__")

    most_mb: float = Field(10, gt=0, description="a log larger than this is copied and emptied")
    kept: int = Field(3, ge=0, le=99, description="so many older copies of each log are kept")
