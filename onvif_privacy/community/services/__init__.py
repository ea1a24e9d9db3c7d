"""The rules of the room: what is posted, who may read, and where links lead."""
