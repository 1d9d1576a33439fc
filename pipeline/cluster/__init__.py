"""Several machines: the stages as Procrastinate tasks in the store's own PostgreSQL.

Rows are the truth, tasks are wake-ups: a task that is lost or comes twice does no harm.
"""
