"""Records that are up to date are told apart from those that a `migrate` has something to do for."""

import pytest
from django.contrib.auth.models import Permission

from kaibo.config.cli import migrate
from kaibo.kit import schema

pytestmark = pytest.mark.django_db


def test_it_finds_nothing_to_do_in_records_of_this_version() -> None:
    assert schema.is_up_to_date(schema.applied())


def test_it_knows_of_a_migration_that_was_not_applied() -> None:
    assert not schema.is_up_to_date(schema.applied()[:-1])


def test_it_makes_the_permissions_that_an_interrupted_start_did_not_make() -> None:
    one = Permission.objects.last()
    assert one is not None
    one.delete()
    assert not schema.is_up_to_date(schema.applied())
    migrate()
    assert schema.is_up_to_date(schema.applied())
