"""A person's own pages."""

from django.urls import path

from accounts import views

urlpatterns = [path("my/profile/", views.profile, name="profile")]
