"""Keeping the store: copies of it, its move to another database, and what leaves it with time."""
