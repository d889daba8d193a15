"""A learner's certificates, their files, and the public check."""

from django.urls import path

from certificates import views

urlpatterns = [
    path("my/certificates/", views.my_certificates, name="my_certificates"),
    path("certificates/<str:serial>.pdf", views.certificate_pdf, name="certificate_pdf"),
    path("verify/", views.verify, name="verify"),
    path("verify/<str:serial>/", views.verify_certificate, name="verify_certificate"),
]
