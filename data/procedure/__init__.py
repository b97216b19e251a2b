"""How cases go: the legal steps, who may take them, deadlines in working days. Pure."""
