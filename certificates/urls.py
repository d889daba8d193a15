"""A learner's certificates, their files, and the public check."""

from django.urls import path

from certificates import views, wellknown

urlpatterns = [
    path("my/certificates/", views.my_certificates, name="my_certificates"),
    path("my/certificates/<str:serial>/share/", views.share_certificate, name="share_certificate"),
    path("my/certificates/<str:serial>/correct/", views.correct_certificate, name="correct_certificate"),
    path("my/transcript/", views.my_transcript, name="my_transcript"),
    path("my/transcript/pdf/", views.make_transcript_pdf, name="make_transcript_pdf"),
    path("my/transcript/share/", views.share_my_transcript, name="share_my_transcript"),
    path("my/transcript/<slug:serial>.pdf", views.transcript_pdf, name="transcript_pdf"),
    path("share/<slug:token>/", views.shared_transcript, name="shared_transcript"),
    path("share/<slug:token>/transcript.pdf", views.shared_transcript_pdf, name="shared_transcript_pdf"),
    path("certificates/<str:serial>.pdf", views.certificate_pdf, name="certificate_pdf"),
    path("certificates/<str:serial>.json", views.certificate_json, name="certificate_json"),
    path("certificates/<str:serial>.png", views.certificate_png, name="certificate_png"),
    path("verify/", views.verify, name="verify"),
    path("verify/<str:serial>/", views.verify_certificate, name="verify_certificate"),
    path("verify/<str:serial>/doubt/", views.doubt_certificate, name="doubt_certificate"),
    path(".well-known/did.json", wellknown.did_json, name="did_json"),
    path("credentials/status/<int:n>", wellknown.status_list, name="status_list"),
    path("credentials/badge/<slug:name>.png", wellknown.badge_picture, name="badge_picture"),
]
