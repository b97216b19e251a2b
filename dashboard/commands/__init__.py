"""The commands of the launcher, one file each."""
