"""Every address of the desk. A new one needs its row in tests/desk/routes_table.py."""

from django.urls import URLPattern, path

from desk import (
    accounts,
    errors,
    feed,
    log,
    oidc_views,
    preferences,
    queue_urls,
    reports,
    second_factor,
    sheet_urls,
    sign_in,
    status,
    terms,
)

urlpatterns: list[URLPattern] = [
    path("desk/sign-in/", sign_in.sign_in, name="sign-in"),
    path("desk/sign-out/", sign_in.sign_out, name="sign-out"),
    path("desk/enter/<str:token>/", sign_in.enter_by_link, name="enter"),
    path("desk/language/", sign_in.choose_language, name="language"),
    path("desk/oidc/start/", oidc_views.start, name="oidc-start"),
    path("desk/oidc/callback/", oidc_views.callback, name="oidc-callback"),
    path("desk/second-factor/", second_factor.verify, name="second-factor"),
    path("desk/second-factor/enrol/", second_factor.enrol, name="second-factor-enrol"),
    path("desk/second-factor/qr.svg", second_factor.qr, name="second-factor-qr"),
    path("desk/second-factor/codes/", second_factor.codes, name="second-factor-codes"),
    path("desk/second-factor/off/", second_factor.off, name="second-factor-off"),
    path("desk/preferences/", preferences.preferences, name="preferences"),
    path("desk/preferences/password/", preferences.password, name="preferences-password"),
    path("desk/preferences/feed/", preferences.feed_address, name="preferences-feed"),
    path("desk/preferences/sessions/", preferences.end_sessions, name="preferences-sessions"),
    path("desk/feed/<str:token>.atom", feed.queue_feed, name="feed"),
    path("desk/accounts/", accounts.listing, name="accounts"),
    path("desk/accounts/add/", accounts.add, name="accounts-add"),
    path("desk/accounts/<int:pk>/", accounts.edit, name="accounts-edit"),
    path("desk/accounts/<int:pk>/link/", accounts.link, name="accounts-link"),
    path("desk/accounts/<int:pk>/active/", accounts.active, name="accounts-active"),
    path("desk/accounts/<int:pk>/second-factor/", accounts.forget_device, name="accounts-second-factor"),
    path("desk/terms/", terms.listing, name="terms"),
    path("desk/terms/add/", terms.add, name="terms-add"),
    path("desk/terms/<int:pk>/", terms.edit, name="terms-edit"),
    path("desk/terms/<int:pk>/delete/", terms.delete, name="terms-delete"),
    path("desk/terms/export/", terms.export, name="terms-export"),
    path("desk/terms/import/", terms.take_in, name="terms-import"),
    path("desk/log/", log.listing, name="audit"),
    path("desk/log/export/", log.export, name="audit-export"),
    path("desk/history/<int:entry_id>/<str:language>/", log.history_page, name="history"),
    path("desk/reports/", reports.listing, name="reports"),
    path("desk/reports/<int:pk>/close/", reports.close, name="reports-close"),
    path("desk/status/", status.page, name="status"),
    path("desk/status/<slug:name>.svg", status.plot, name="status-plot"),
    *queue_urls.urlpatterns,
    *sheet_urls.urlpatterns,
]

handler400 = errors.bad
handler403 = errors.refused
handler404 = errors.missing
handler500 = errors.broken
