"""The addresses of the editor page."""

from django.urls import URLPattern, path

from desk import sheet

urlpatterns: list[URLPattern] = [
    path("desk/sheet/<int:pk>/", sheet.sheet, name="sheet"),
    path("desk/sheet/<int:pk>/draft/", sheet.draft, name="sheet-draft"),
]
