"""The rooms behind the public names of `simulator`; each function calls the room that does the work."""
