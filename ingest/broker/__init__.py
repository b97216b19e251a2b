"""The broker: a private mosquitto, and what in any broker loses messages."""
