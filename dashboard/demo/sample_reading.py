"""A reading that anyone can publish by hand, as a line for a shell."""

import shlex


def publish_line(port: str, station: str, password: str) -> str:
    """A line for a shell that publishes one bad reading of a station, as its device would."""
    values = '{"ph":7.4,"do":1.6,"codmn":16.2,"nh3n":2.31,"tp":0.46}'
    return (
        f"mosquitto_pub -V 5 -q 1 -h 127.0.0.1 -p {port}"
        f" -u {shlex.quote(station)} -P {shlex.quote(password)}"
        f" -t {shlex.quote(f'onemap/v1/{station}/reading')}"
        f""" -m '{{"time":"'$(date -Iseconds)'","values":{values}}}'"""
    )
