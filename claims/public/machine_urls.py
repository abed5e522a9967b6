"""The addresses that machines read: no language is asked of their readers, and they are the same for everybody."""

from __future__ import annotations

from django.urls import include, path, re_path

from claims.public import claimreview, feeds, history_head, share_image, sitemaps, wellknown
from claims.public.api import routes
from claims.public.exports.views import export

LANGUAGE = r"(?P<language>it|en)"

urlpatterns = [
    path("api/v1/", include((routes.urlpatterns, "api"))),
    path("export/", export, name="export"),
    path("history/head.json", history_head.head, name="history-head"),
    re_path(
        rf"^feeds/{LANGUAGE}/(?P<name>all|decisions|denials|corrections)\.atom\Z", feeds.feed, name="feed"
    ),
    re_path(
        rf"^feeds/{LANGUAGE}/claims/(?P<slug>[-a-zA-Z0-9_]+)\.atom\Z", feeds.claim_feed, name="claim-feed"
    ),
    re_path(rf"^feeds/{LANGUAGE}/claimreviews\.json\Z", claimreview.data_feed, name="claimreviews"),
    re_path(
        rf"^{LANGUAGE}/claims/(?P<slug>[-a-zA-Z0-9_]+)/share\.png\Z",
        share_image.share_image,
        name="share-image",
    ),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap-pages"),
    path("sitemap-claims-<int:number>.xml", sitemaps.claims, name="sitemap-claims"),
    path("robots.txt", wellknown.robots, name="robots"),
    path(".well-known/security.txt", wellknown.security, name="security"),
]
