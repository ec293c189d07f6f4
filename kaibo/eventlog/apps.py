"""Django application of this room."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules


class EventlogConfig(AppConfig):
    """Registered as `eventlog`."""

    name = "kaibo.eventlog"
    label = "eventlog"

    def ready(self) -> None:
        """Every process knows the tasks of every room: `tasks.py` of the apps, and the modules of the settings."""
        from kaibo.eventlog.work import load_tasks

        autodiscover_modules("tasks")
        load_tasks(settings.WORK_TASKS)
