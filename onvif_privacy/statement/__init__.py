"""The published privacy statement: its text, its versions, and which of them holds at a given moment."""
