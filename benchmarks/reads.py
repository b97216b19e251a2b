"""How long the server takes for each page's reads, for a nation's, a province's and a town's user.

    python -m benchmarks.reads [--rounds 10] [--json] [--url postgresql+psycopg://…]

Over HTTP on a made nation (benchmarks/nation.sql): 100,000 reaches, 20,000 stations, 50,000
problems, 3,441 divisions. An answer that is empty or no success ends the run: it is no figure.
``--url`` asks a nation that stands already instead of making one.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import Engine, text

from data.cluster import ROLES, Cluster
from data.database import engine, transaction
from data.errors import BadInput
from data.map_tables.fill import fill
from data.migrations.run import upgrade
from data.name_sounds import fill_name_sounds
from data.people.passwords import rehash
from tests.running.dashboard_process import running_dashboard
from tests.running.folders import open_folder

USERS: Final = ("nation", "province", "town")
PASSWORD: Final = "made-nation-2046-shui"  # noqa: S105 - of a made database
DATABASE: Final = "nation"
LIMIT_MS: Final = 300.0
SEARCH_MS: Final = 60.0

SEARCHED: Final = ("河", "段", "R00", "2026-", "断面", "he", "-00")
"""Phrases that everybody's area holds, from those that nearly all names hold on."""

ROUTES: Final[Mapping[str, str]] = {
    **{f"search {phrase}": f"/api/v1/search?q={phrase}" for phrase in SEARCHED},
    "rivers": "/api/v1/rivers",
    "rivers by phrase": "/api/v1/rivers?q=河",
    "problems": "/api/v1/problems?view=all",
    "problems by text": "/api/v1/problems?view=all&q=垃圾",
    "problems by river": "/api/v1/problems?view=all&q=河",
    "problems, last page": "/api/v1/problems?view=all&start={last}",
    "patrols": "/api/v1/patrols",
    "map state": "/api/v1/map/state",
}
CALLBACKS: Final[Mapping[str, tuple[str, Mapping[str, object]]]] = {
    "ledger page: counts and choices": (
        "ledger-summary.children",
        {
            "ledger-changed": 0,
            "ledger-kept": {},
            "ledger-asked": "",
            "ledger-pick-river": [],
            "ledger-pick-unit": [],
        },
    ),
    "rivers page": ("rivers-list.children", {"rivers-sort": "worst"}),
}


def make(owner: Engine) -> None:
    """Fills an empty, migrated database with the nation, its users and the sounds of its names."""
    people = (
        "INSERT INTO account (login, display_name, password_hash) VALUES (:login, :login, :kept)"
    )
    with transaction(owner) as connection:
        for login in USERS:
            connection.execute(text(people), {"login": login, "kept": rehash(PASSWORD)})
        sql = Path(__file__).with_name("nation.sql").read_text("utf-8")
        connection.exec_driver_sql(sql.replace("%", "%%"))
        fill(connection)
    while True:
        with transaction(owner) as connection:
            if not fill_name_sounds(connection):
                break
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


@contextmanager
def nation(url: str) -> Iterator[tuple[str, Path]]:
    """Yields the URL of a database that holds the nation, and a folder for logs."""
    with open_folder("reads") as folder:
        if url:
            yield url, folder
            return
        cluster = Cluster(folder / "postgres", {role: f"bench-{role}" for role in ROLES})
        cluster.start()
        try:
            cluster.create_database(DATABASE)
            owner = engine(cluster.url("owner", DATABASE))
            upgrade(owner)
            make(owner)
            owner.dispose()
            yield cluster.url("app", DATABASE), folder
        finally:
            cluster.stop(immediate=True)


def measure(base: str, rounds: int) -> list[dict[str, Any]]:
    """Returns a line for each user and read: p50 and p95 in milliseconds, size in bytes."""
    lines = []
    for login in USERS:
        with httpx.Client(base_url=base, headers={"Origin": base}, timeout=60) as client:
            signed = client.post("/sign-in", data={"login": login, "password": PASSWORD})
            if "onemap_session" not in client.cookies:
                raise BadInput("{login} could not sign in: {status}", login=login,
                               status=signed.status_code)  # fmt: skip
            total = client.get("/api/v1/problems?view=all").json()["found_count"]
            known = client.get("/_dash-dependencies").json()
            for name, template in ROUTES.items():
                path = template.format(last=max(0, total - 50))
                lines.append(_line(login, name, client, ("GET", path, None), rounds))
            for name, (output, values) in CALLBACKS.items():
                body = _body(known, output, values)
                asked = ("POST", "/_dash-update-component", body)
                lines.append(_line(login, name, client, asked, rounds))
    return lines


def _line(
    login: str,
    name: str,
    client: httpx.Client,
    asked: tuple[str, str, dict[str, Any] | None],
    rounds: int,
) -> dict[str, Any]:
    method, path, body = asked
    took_ms: list[float] = []
    size = 0
    for _round in range(rounds + 1):
        began = time.perf_counter()
        answer = client.request(method, path, json=body)
        took_ms.append((time.perf_counter() - began) * 1000)
        size = len(answer.content)
        if answer.status_code != 200 or _is_empty(answer.json()) or not _is_written(answer, body):
            raise BadInput(
                "{name} for {login} answered {status} with {size} bytes: nothing to measure.",
                name=name, login=login, status=answer.status_code, size=size,
            )  # fmt: skip
    warm = sorted(took_ms[1:])
    p95 = warm[min(len(warm) - 1, int(0.95 * len(warm)))]
    return {"user": login, "read": name, "p50_ms": round(statistics.median(warm), 1),
            "p95_ms": round(p95, 1), "bytes": size}  # fmt: skip


def _is_empty(told: Any) -> bool:
    """Returns whether an answer holds nothing: no rows, no hits, no patrols."""
    if isinstance(told, dict):
        lists = [value for value in told.values() if isinstance(value, list)]
        return not told or (bool(lists) and not any(lists) and len(told) < 8)
    return not told


def _is_written(answer: httpx.Response, body: Mapping[str, Any] | None) -> bool:
    """Returns whether a callback answered what it was asked to write, not why it refuses."""
    if body is None:
        return True
    outputs = body["outputs"] if isinstance(body["outputs"], list) else [body["outputs"]]
    return all(one["id"] in answer.json().get("response", {}) for one in outputs)


def _body(known: Sequence[Mapping[str, Any]], output: str, values: Mapping[str, object]) -> Any:
    """Returns what the page sends for the callback that writes the output, with those values."""
    wanted = next(
        one for one in known if output in one["output"] and not one["clientside_function"]
    )
    written = wanted["output"].strip(".").split("...")

    def side(which: str) -> list[dict[str, Any]]:
        return [{**one, "value": values.get(one["id"])} for one in wanted[which]]

    outputs: Any = [
        dict(zip(("id", "property"), one.rsplit(".", 1), strict=True)) for one in written
    ]
    if not wanted["output"].startswith(".."):
        outputs = outputs[0]
    return {
        "output": wanted["output"],
        "outputs": outputs,
        "inputs": side("inputs"),
        "state": side("state"),
        "changedPropIds": [],
    }


def main(given: Sequence[str] | None = None) -> int:
    """Prints the figures; returns 1 where one is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--url", default="")
    chosen = parser.parse_args(given)
    with nation(chosen.url) as (url, folder), running_dashboard(url, folder / "log", {}) as base:
        lines = measure(base, chosen.rounds)
    over = [
        one
        for one in lines
        if one["p95_ms"] > (SEARCH_MS if one["read"].startswith("search") else LIMIT_MS)
    ]
    load = os.getloadavg()[0]
    if chosen.json:
        print(json.dumps({"load": load, "reads": lines, "over": len(over)}, ensure_ascii=False))
    else:
        for one in lines:
            print(f"{one['user']:9} {one['p50_ms']:8.1f} {one['p95_ms']:8.1f} ms"
                  f" {one['bytes']:8,} bytes  {one['read']}")  # fmt: skip
        print(f"{len(over)} of {len(lines)} over the limit, load {load:.1f}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
