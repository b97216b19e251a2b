"""Our own mosquitto, device accounts, and checks of any broker's configuration."""
