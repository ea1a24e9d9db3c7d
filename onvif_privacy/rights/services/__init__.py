"""Business rules of the room."""
