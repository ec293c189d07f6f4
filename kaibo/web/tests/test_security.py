"""Headers, cookies and what is written down: what no single page shows."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from kaibo.eventlog import api as eventlog
from kaibo.web.tests.people import PASSWORD, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def test_it_hardens_cookies_and_headers_behind_tls(tmp_path: Path) -> None:
    asked = (
        "import django, json; django.setup(); from django.conf import settings as s; print(json.dumps(["
        "s.SESSION_COOKIE_NAME,"
        " s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY,"
        " s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.DEBUG]))"
    )
    home = {"KAIBO_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "kaibo.config.settings"}
    told = []
    for is_tls in ("1", "0"):
        environment = {**os.environ, **home, "KAIBO_TLS": is_tls}
        done = subprocess.run(
            [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True
        )
        told.append(json.loads(done.stdout))
    assert told[0] == ["__Host-kaibo", "__Host-csrf", True, True, True, 31536000, True, False]
    assert told[1] == ["sessionid", "csrftoken", False, False, True, 0, False, False]


@pytest.mark.parametrize("url", ["/", "/shows/", "/people/", "/api/v1/shows", "/login/", "/healthz"])
def test_it_allows_no_other_origin(cast: Cast, url: str) -> None:
    answer = cast.director.get(url, headers={"origin": "https://elsewhere.example"})
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy


def test_it_lets_nobody_keep_a_page(cast: Cast) -> None:
    for url in ("/", "/shows/", f"/shows/{cast.show_id}/", f"/api/v1/shows/{cast.show_id}/metrics", "/people/"):
        assert "no-store" in cast.director.get(url).headers["Cache-Control"], url


def test_it_writes_down_logins_and_refusals(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    stranger.post("/login/", {"username": "director", "password": "wrong"})
    stranger.post("/login/", {"username": "director", "password": PASSWORD})
    kept = [(entry.actor, entry.act, entry.why) for entry in eventlog.audit_entries(limit=10)]
    assert ("anonymous", "person.login_failed", "203.0.113.9") in kept
    assert any(act == "person.logged_in" for _, act, _ in kept)
    with caplog.at_level(logging.WARNING, logger="kaibo.web"):
        assert cast.viewer.get("/people/").status_code == 403
    assert f"user:{cast.ids['viewer']} may not people.edit at GET /people/" in caplog.text
