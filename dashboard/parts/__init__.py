"""What pages are set from: words, icons, badges, charts. It draws and asks nobody."""
