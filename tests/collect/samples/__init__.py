"""Articles written for the tests: one story in each of the ten languages, laid out in each of the shapes of shapes.py."""
