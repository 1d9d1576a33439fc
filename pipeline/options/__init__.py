"""Sections of config.toml that are a subject of their own."""
