"""Where things lie: a point held to its water, a geometry made fit to keep, a station placed."""
