"""The rules of the room: called by pages, mail, staff screens, commands and tests alike."""
