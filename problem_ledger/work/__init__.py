"""What the ledger does by itself: its process, exceedances, reminders, deliveries."""
