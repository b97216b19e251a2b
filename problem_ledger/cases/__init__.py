"""What is done with a problem: reported, and one step after another."""
