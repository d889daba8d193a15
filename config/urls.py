"""Every door of the site. The page tree comes last; each line stands in the table of tests/test_access.py."""

from django.conf import settings
from django.contrib.sitemaps.views import sitemap
from django.http import HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from home.sitemap import VisiblePages

urlpatterns = [
    # Wagtail's own login form would go round allauth's limits and second factor.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/", include(wagtailadmin_urls)),
    path("accounts/", include("allauth.urls")),
    path("", include("operations.urls")),
    path("", include("certificates.urls")),
    path("", include("accreditation.urls")),
    path("", include("payments.urls")),
    path("", include("quizzes.urls")),
    path("", include("enrollments.urls")),
    path("", include("library.urls")),
    path("", include("accounts.urls")),
    path("", include("home.urls")),
    path("sitemap.xml", sitemap, {"sitemaps": {"pages": VisiblePages}}, name="sitemap"),
    path(
        "robots.txt",
        lambda request: HttpResponse("User-agent: *\nDisallow: /admin/\n", content_type="text/plain"),
        name="robots",
    ),
]
if settings.DEBUG:
    from django.views.generic import TemplateView

    urlpatterns.append(path("styleguide/", TemplateView.as_view(template_name="styleguide.html"), name="styleguide"))
urlpatterns += [
    # Wagtail's front-end login form is a second door round allauth, as its admin's is.
    path("_util/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("", include(wagtail_urls)),
]

handler403 = "home.views.forbidden"
