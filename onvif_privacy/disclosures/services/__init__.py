"""Rules of the room: verbs that screens, commands and jobs call."""
