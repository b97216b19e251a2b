"""RabbitMQ on one machine: a node in a folder, three nodes in networks of their own."""
