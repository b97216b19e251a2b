"""tipg, a tile server on PostGIS, tuned in good faith: it answers for `reach.geom_web`.

Installed from the locked requirements beside this file, into a folder of the benchmark's own. One
process, as ours; a pool of connections that are open from the start; no limit that cuts features
off; no catalogue read again while it is measured; nothing kept of an answer, as nothing of ours is.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from data.daemon import free_port
from tests.running.waiting import until

LOCK: Final = Path(__file__).parent / "requirements.txt"
SETTINGS: Final[Mapping[str, str]] = {
    "TIPG_DB_SCHEMAS": '["public"]',
    "TIPG_DB_TABLES": '["public.reach"]',
    "TIPG_DB_SPATIAL_EXTENT": "false",
    "TIPG_DB_DATETIME_EXTENT": "false",
    "TIPG_TABLE_CONFIG__public_reach__geomcol": "geom_web",
    "TIPG_TABLE_CONFIG__public_reach__pk": "id",
    "TIPG_MAX_FEATURES_PER_TILE": "1000000",
    "TIPG_CATALOG_TTL": "0",
    "TIPG_ADD_TILES_VIEWER": "false",
    "DB_MIN_CONN_SIZE": "4",
    "DB_MAX_CONN_SIZE": "10",
}
PROPERTIES: Final = ("id", "river_id", "position")


def install(folder: Path) -> Path:
    """Installs tipg into the folder unless it is there; returns its Python."""
    python = folder / "bin" / "python"
    if not python.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "-r", str(LOCK)]
        subprocess.run(command, check=True)
    return python


@contextmanager
def running(python: Path, url: str, log: Path) -> Iterator[int]:
    """Runs tipg on the database inside the block; its port."""
    port = free_port()
    command = [str(python), "-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-access-log"]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ONEMAP_")}
    environment = {**ours, **SETTINGS, "DATABASE_URL": url.replace("+psycopg", "")}
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out,
                                   cwd=log.parent)  # fmt: skip
        try:
            until(lambda: _answers(process, port, log), patience_s=60, every_s=0.1)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def address(z: int, x: int, y: int) -> str:
    """Returns the address of a tile of reaches with three properties."""
    names = ",".join(PROPERTIES)
    return (
        f"/collections/public.reach/tiles/WebMercatorQuad/{z}/{x}/{y}"
        f"?geom-column=geom_web&properties={names}"
    )


def _answers(process: "subprocess.Popen[bytes]", port: int, log: Path) -> bool:
    assert process.poll() is None, log.read_text("utf-8", "replace")
    line = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()
