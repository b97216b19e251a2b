"""MQTT: the subscriber with its kept session, receipts, and a publisher."""
