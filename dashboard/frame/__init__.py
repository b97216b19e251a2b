"""What every page stands in: the guard, who is asking, the shell around pages, the live stream."""
