"""Doors of money."""

from django.urls import path

from payments import views

urlpatterns = [
    path("enroll/<slug:slug>/", views.enroll, name="enroll"),
    path("orders/<uuid:uuid>/", views.order, name="order"),
    path("orders/<uuid:uuid>/return/", views.order_return, name="order_return"),
    path("orders/<uuid:uuid>/billing/", views.billing, name="order_billing"),
    path("orders/<uuid:uuid>/receipt.pdf", views.order_pdf, name="order_pdf"),
    path("orders/<uuid:uuid>/refund/", views.refund, name="order_refund"),
    path("orders/<uuid:uuid>/seats/<int:number>/", views.seat, name="order_seat"),
    path("claim/<str:token>/", views.claim, name="claim_seat"),
    path("my/orders/", views.my_orders, name="my_orders"),
    path("stripe/webhook/", views.stripe_webhook, name="stripe_webhook"),
]
