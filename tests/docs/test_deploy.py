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
