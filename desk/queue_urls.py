"""The addresses of the queue."""

from django.urls import URLPattern, path

from desk import queue, queue_moves

urlpatterns: list[URLPattern] = [
    path("desk/", queue.queue, name="queue"),
    path("desk/queue/bulk/", queue_moves.bulk, name="queue-bulk"),
    path("desk/queue/undo/", queue_moves.take_back, name="queue-undo"),
    path("desk/queue/filters/", queue_moves.filters, name="queue-filters"),
]
