"""The files of `deploy/`: they name commands, options and settings that exist, and the systemd units are whole."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from kaibo.kit.env import SETTINGS
from tests.docs.pages import ROOT
from tests.docs.test_commands import kaibo_words, unknown_options

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
REPLICAS = yaml.safe_load((DEPLOY / "replicas.yaml").read_text())
KNOWN = {setting.name for setting in SETTINGS}


def commands() -> list[tuple[str, str]]:
    """(file, command line) of everything that starts a process."""
    found = [(unit.name, re.search(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE).group(1)) for unit in UNITS]  # type: ignore[union-attr]
    services = COMPOSE["services"] | REPLICAS["services"]
    found += [(name, " ".join(one["command"])) for name, one in services.items() if "command" in one]
    return found


@pytest.mark.parametrize(("file", "line"), commands())
def test_it_starts_commands_that_exist(file: str, line: str) -> None:
    words = kaibo_words(line)
    assert words, f"{file}: {line} starts no command of Kaibo"
    assert not unknown_options(words), f"{file}: {line}"


def test_it_sets_only_settings_that_exist() -> None:
    own = {"KAIBO_DB_PASSWORD", "KAIBO_SITE"}
    for path in DEPLOY.iterdir():
        strange = set(re.findall(r"\bKAIBO_[A-Z_]+\b", path.read_text())) - KNOWN - own
        assert not strange, f"{path.name} sets {strange}, which no part of Kaibo reads"


def test_it_holds_no_secret() -> None:
    for name, value in COMPOSE["x-kaibo"]["environment"].items():
        if any(setting.name == name and setting.is_secret for setting in SETTINGS):
            assert value == f"${{{name}:?set it}}", f"compose.yaml writes {name} down"


def test_it_keeps_home_and_backups_when_containers_go() -> None:
    volumes = COMPOSE["services"]["serve"]["volumes"]
    assert {entry.partition(":")[2] for entry in volumes} == {"/var/lib/kaibo", "/var/backups/kaibo"}
    assert {entry.partition(":")[0] for entry in volumes} <= set(COMPOSE["volumes"])


def test_it_puts_replicas_over_the_home_of_the_first_and_behind_the_proxy() -> None:
    replica = REPLICAS["services"]["replica"]
    model = COMPOSE["services"][replica["extends"]["service"]]
    assert model["volumes"] == COMPOSE["services"]["serve"]["volumes"]
    assert "ports" not in model, "a service with a port of the machine cannot be scaled"
    caddy = (DEPLOY / "Caddyfile").read_text()
    for name in ("serve", "replica"):
        assert f"a {name} 8000" in caddy
    for path in ("/api/v1/handover", "/ops/"):
        assert re.search(rf"respond {path}\S* 404", caddy)
        assert re.search(rf"location {path} {{ return 404; }}", (DEPLOY / "nginx.conf").read_text())


# of the Compose specification, the names that these files need
SERVICE_KEYS = {"build", "command", "depends_on", "environment", "extends", "healthcheck", "image", "ports", "restart"}
SERVICE_KEYS |= {"stop_grace_period", "volumes"}


def test_it_has_compose_files_whose_parts_fit_together() -> None:
    both = COMPOSE["services"] | REPLICAS["services"]
    kept = COMPOSE["volumes"] | REPLICAS["volumes"]
    for name, one in both.items():
        strange = set(one) - SERVICE_KEYS
        assert not strange, f"{name}: Compose knows no {strange}, or it is new here: add it to the list above"
        assert {"image", "build", "extends"} & set(one), f"{name} runs nothing"
        needed = one.get("depends_on", {})
        assert set(needed) <= set(both), f"{name} waits for a service that is not there"
        if isinstance(needed, dict):
            waits = [other for other, how in needed.items() if how["condition"] == "service_healthy"]
            assert all("healthcheck" in both[other] for other in waits), f"{name} would wait for ever"
        for entry in one.get("volumes", ()):
            source, _, rest = entry.partition(":")
            place = rest.partition(":")[0]
            assert place.startswith("/"), f"{name}: {entry}"
            assert (DEPLOY / source).exists() if source.startswith(".") else source in kept, f"{name}: {entry}"
        for entry in one.get("ports", ()):
            is_open = not entry.startswith("127.0.0.1:")
            assert not is_open or name == "proxy", f"{name} would be reachable from elsewhere without TLS"
    model = REPLICAS["services"]["replica"]["extends"]
    assert model["service"] in yaml.safe_load((DEPLOY / model["file"]).read_text())["services"]


def test_it_fills_in_variables_in_the_form_of_compose() -> None:
    form = re.compile(r"\$\{[A-Z_]+(?::[-?][^}]*)?\}")
    for name in ("compose.yaml", "replicas.yaml"):
        text = "\n".join(line for line in (DEPLOY / name).read_text().splitlines() if not line.startswith("#"))
        assert text.count("$") == len(form.findall(text)), f"{name}: a $ that Compose would not understand"


def test_it_builds_what_it_starts() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    context = DEPLOY / COMPOSE["x-kaibo"]["build"]["context"]
    assert (context / COMPOSE["x-kaibo"]["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")
    for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE):
        *sources, _place = line.split()
        assert all((context / source).exists() for source in sources), f"COPY {line} copies nothing"
    owned = re.search(r"chown kaibo (/var\S+) (/var\S+)", dockerfile)
    assert owned is not None
    places = {entry.partition(":")[2] for entry in COMPOSE["x-kaibo"]["volumes"]}
    assert set(owned.groups()) == places, "a volume over a folder that is not there belongs to root"


def test_it_asks_only_servers_for_their_health() -> None:
    asked = re.search(
        r'CMD \["(.*)"\]$', (DEPLOY / "Dockerfile").read_text().partition("HEALTHCHECK")[2].partition("\nCMD")[0]
    )
    assert asked is not None
    told = REPLICAS["services"]["replica"]["healthcheck"]
    assert told["test"][1:] == asked.group(1).split('", "')
    assert told["disable"] is False
    assert COMPOSE["services"]["work"]["healthcheck"] == {"disable": True}
    assert "healthcheck" not in COMPOSE["services"]["serve"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_it_has_units_that_systemd_understands(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    text = unit.read_text().replace("/opt/kaibo/.venv/bin/python", sys.executable).replace("User=kaibo\n", "")
    text = text.replace("postgresql.service", "").replace("After=kaibo.service\n", "")
    copy = tmp_path / unit.name
    copy.write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if unit.name in line]
    assert done.returncode == 0, done.stderr
    assert not said, said
