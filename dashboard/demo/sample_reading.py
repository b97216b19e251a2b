"""Makes a shell command that publishes a reading by hand."""

import shlex


def publish_line(port: str, station: str, password: str) -> str:
    """Returns a shell command that sends a polluted reading of the present to 127.0.0.1."""
    values = '{"ph":7.4,"do":1.6,"codmn":16.2,"nh3n":2.31,"tp":0.46}'
    return (
        f"mosquitto_pub -V 5 -q 1 -h 127.0.0.1 -p {port}"
        f" -u {shlex.quote(station)} -P {shlex.quote(password)}"
        f" -t {shlex.quote(f'onemap/v1/{station}/reading')}"
        f""" -m '{{"time":"'$(date -Iseconds)'","values":{values}}}'"""
    )
