"""Search, policies and the learner's desk."""

from django.urls import path

from home import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("policies/", views.policies, name="policies"),
    path("policies/<slug:kind>/", views.policy, name="policy"),
    path("my/", views.desk, name="desk"),
]
