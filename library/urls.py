"""Doors of files."""

from django.urls import path

from library import views

urlpatterns = [
    path("documents/<int:document_id>/<str:document_filename>", views.document, name="wagtaildocs_serve"),
    path("media/<int:media_id>/<str:name>", views.media, name="media_file"),
    path("images/<int:image_id>/<str:filter_spec>/<str:name>", views.rendition, name="image_rendition"),
]
