"""MQTT: the kept session, acknowledgements by hand, receipts, a publisher."""
