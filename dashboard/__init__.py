"""What people see and touch: pages, routes, commands."""
