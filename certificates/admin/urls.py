"""The pages of certificates that are not lists of a model, below /admin/certificates/."""

from django.urls import URLPattern

from certificates.admin import designs, flags

app_name = "certificate_desk"
urlpatterns: list[URLPattern] = [*flags.urlpatterns, *designs.urlpatterns]
