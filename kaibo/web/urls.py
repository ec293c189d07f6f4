"""Addresses of the pages and of the JSON API."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from kaibo.web.jsonapi.app import api
from kaibo.web.pages import audit, auth, feeds, gauges, health, home, people, reference, rooms, show, shows

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("favicon.ico", RedirectView.as_view(url="/static/kaibo/mark.svg"), name="favicon"),
    path("healthz", health.healthz, name="healthz"),
    path("ops/metrics", gauges.gauges, name="gauges"),
    path("login/", auth.login_page, name="login"),
    path("logout/", auth.logout_act, name="logout"),
    path("invitation/<str:token>/", auth.invitation, name="invitation"),
    path("account/", auth.account, name="account"),
    path("account/log-out-everywhere/", auth.log_out_everywhere, name="account_log_out"),
    path("shows/", shows.show_list, name="shows"),
    path("shows/new/", shows.show_new, name="show_new"),
    path("shows/<str:show_id>/", show.show_page, name="show"),
    path("shows/<str:show_id>/targets/", shows.show_targets, name="show_targets"),
    path("shows/<str:show_id>/rename/", shows.show_rename, name="show_rename"),
    path("shows/<str:show_id>/start/", shows.show_start, name="show_start"),
    path("shows/<str:show_id>/end/", shows.show_end, name="show_end"),
    path("shows/<str:show_id>/delete/", shows.show_delete, name="show_delete"),
    path("shows/<str:show_id>/restore/", shows.show_restore, name="show_restore"),
    path("shows/<str:show_id>/merge/", shows.show_merge, name="show_merge"),
    path("", include("kaibo.web.live.urls")),
    path("", include("kaibo.web.lineup.urls")),
    path("", include("kaibo.web.compliance.urls")),
    path("rooms/", rooms.room_list, name="rooms"),
    path("rooms/new/", rooms.room_create, name="room_create"),
    path("rooms/<str:platform>/<str:room_id>/", rooms.room_page, name="room"),
    path("feeds/", feeds.feed_list, name="feeds"),
    path("feeds/new/", feeds.feed_create, name="feed_create"),
    path("feeds/quarantine/replay/", feeds.quarantine_replay, name="quarantine_replay"),
    path("feeds/<str:feed_id>/", feeds.feed_page, name="feed"),
    path("feeds/<str:feed_id>/token/", feeds.feed_rotate, name="feed_rotate"),
    path("feeds/<str:feed_id>/switch/", feeds.feed_switch, name="feed_switch"),
    path("imports/", reference.import_list, name="imports"),
    path("imports/<str:ingest_id>/undo/", reference.import_undo, name="import_undo"),
    path("metrics/", reference.metric_list, name="metrics"),
    path("metrics/<str:metric_id>/", reference.metric_page, name="metric"),
    path("people/", people.people_list, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/invitations/<int:invitation_id>/withdraw/", people.withdraw, name="invitation_withdraw"),
    path("people/<int:person_id>/", people.person_page, name="person"),
    path("people/<int:person_id>/switch/", people.person_switch, name="person_switch"),
    path("people/<int:person_id>/log-out/", people.person_log_out, name="person_log_out"),
    path("audit/", audit.audit_page, name="audit"),
    path("settings/", reference.settings_page, name="settings"),
    path("api/v1/", api.urls),
]
