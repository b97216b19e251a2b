"""The files a private mosquitto reads, and which lines of its log are left out."""

CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous false
use_username_as_clientid true
password_file {folder}/passwords
acl_file {folder}/acl
persistence true
persistence_location {folder}/
autosave_interval 1
max_inflight_messages 0
max_queued_messages 0
max_queued_bytes 536870912
persistent_client_expiration 14d
max_packet_size 262144
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
log_type notice
{refusals}
log_timestamp_format %Y-%m-%dT%H:%M:%S%z
"""

REFUSALS = """\
log_type debug
connection_messages true"""
"""Only so does mosquitto 2.0 say what it denies: a message of its log at level debug."""

NOISE = (
    r"^[^ ]+ (Received |Sending |No will |New |\t)"
    r"|^[^ ]+ Client [^ ]+ (disconnected\.|closed its connection\.|already connected)"
)
"""Lines that are left out of the log: each packet and each connection, with its address."""

ACL = """\
pattern write onemap/v1/%u/#
pattern read onemap/v1/%u/receipt

user {ingest}
topic read onemap/v1/+/#
topic write onemap/v1/+/receipt
topic read $SYS/broker/publish/messages/dropped

user ingest
topic read onemap/v1/+/reading
topic read onemap/v1/+/hj212
"""
"""The last user signs in no more: a session kept for it still gets what its queue is owed."""
