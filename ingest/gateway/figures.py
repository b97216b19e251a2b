"""The gateway's own figures, for its log and for Prometheus."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


@dataclass(slots=True)
class Figures:
    """Counts of connections, frames and answers since the gateway started.

    ``strangers`` are frames of an unknown MN or with a wrong password, ``shut_out`` those not even
    read for too many of them, ``turned_away`` connections from addresses that aren't allowed.
    """

    connections: int = 0
    frames: int = 0
    kept: int = 0
    answered: int = 0
    without_reading: int = 0
    refused: int = 0
    strangers: int = 0
    unkept: int = 0
    shut_out: int = 0
    turned_away: int = 0


class GatewayFigures(Collector):
    """Reads the counts of connections, frames and guesses when Prometheus asks for them."""

    def __init__(self, figures: Figures, count_open: Callable[[], int]) -> None:
        self._figures = figures
        self._count_open = count_open

    def collect(self) -> Iterator[Metric]:
        """Yields a counter for each figure, and how many connections are open."""
        for name, count in asdict(self._figures).items():
            words = f"Since the gateway's start: {name.replace('_', ' ')}."
            yield CounterMetricFamily(f"onemap_hj212_{name}", words, value=count)
        yield GaugeMetricFamily(
            "onemap_hj212_open_connections", "Connections served now.", value=self._count_open()
        )
