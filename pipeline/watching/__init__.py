"""Watching: what the newswire says of its own health, to programs, to plots and in plain words."""
