"""Settings of what devices send: the gateway of loggers, quality control, the simulator.

Read from the environment when called, never at import.
"""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Hj212Settings(BaseSettings):
    """How loggers are read and served."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_HJ212__")

    sm4_key: SecretStr | None = Field(
        None, description="32 hex digits that open cipher text of HJ 212-2025"
    )
    host: str = Field("127.0.0.1", description="address the gateway listens on")
    port: int = Field(9212, ge=0, le=65535, description="its port; 0 takes a free one")
    loggers: Path | None = Field(None, description="TOML file of the loggers it lets in")
    username: str = Field("onemap-hj212", description="the broker's account for the gateway")
    password: SecretStr = Field(SecretStr(""), description="its password")
    client_id: str = Field("onemap-hj212", description="its fixed client id at the broker")
    idle_seconds: float = Field(900, gt=0, description="a logger silent for so long is cut off")
    most_connections: int = Field(4096, ge=1, description="loggers served at once at most")
    addresses: tuple[str, ...] = Field(
        (), description="addresses and networks it serves, as a JSON list; empty: all"
    )
    most_guesses: int = Field(
        10, ge=1, description="wrong passwords of an address for an MN; then neither is heard …"
    )
    guess_minutes: float = Field(15, gt=0, description="… for so long")
    guess_pause_seconds: float = Field(1, ge=0, description="pause after a wrong password")
    tls_certificate: Path | None = Field(None, description="certificate (PEM); set to use TLS")
    tls_key: Path | None = Field(None, description="its key (PEM), without a password")
    metrics_host: str = Field("127.0.0.1", description="address its figures answer on")
    metrics_port: int = Field(
        0, ge=0, le=65535, description="port of its figures for Prometheus; 0: none"
    )


class QcSettings(BaseSettings):
    """How the second look at readings goes about."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_QC__")

    rules: Path | None = Field(None, description="own rules in place of the shipped qc.toml")
    turn_seconds: float = Field(60, gt=0, description="how often it looks for something new")


class SimulatorSettings(BaseSettings):
    """How simulated devices publish; for demos and drills, never beside real devices."""

    model_config = SettingsConfigDict(env_prefix="ONEMAP_SIMULATOR__")

    username: str = Field("onemap-simulator", description="a gateway's account at the broker")
    password: SecretStr = Field(SecretStr(""), description="its password")
    publisher: str = Field(
        "onemap-publish", description="the gateway's account that publish-file uses, same password"
    )
    round_seconds: float = Field(60, gt=0, description="every device publishes once in a round")
    order_file: Path | None = Field(None, description="where a pollution event is ordered")
