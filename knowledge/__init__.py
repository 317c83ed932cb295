"""What courses and alumni say, and finding the right passage of it; never calls a chat model."""
