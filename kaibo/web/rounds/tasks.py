"""Background work of rounds: where feeds count, the text of the round goes out by itself."""

import logging

from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.eventlog.work import Run, task
from kaibo.kit import clock
from kaibo.kit.errors import KaiboError

log = logging.getLogger("kaibo.rounds")

FRESH_US = 10 * clock.MINUTE_US
"""A server that was down does not post the rounds that it missed."""


@task("rounds.post_counted", cron="* * * * *", tries=1, limit_seconds=120)
def post_counted(_run: Run) -> str:
    """Post the round of every show on air whose room has a bot and whose orders a feed counts."""
    from kaibo.commerce.shows import api as shows

    now = clock.now_us()
    posted, failed = [], []
    for show in shows.shows(status=ShowStatus.ON_AIR, now_us=now):
        try:
            if post_due(show, now_us=now):
                posted.append(show.show_id)
        except KaiboError as error:  # one room's bot must not silence the others
            log.warning("the round of show %s was not posted: %s", show.show_id, error.sentence)
            failed.append(show.show_id)
    return " ".join([*posted, *(f"not {show_id}" for show_id in failed)])


def post_due(show: ShowView, *, now_us: int) -> bool:
    """Post the round that became due since the last look; True when one went out. The same round goes out once."""
    from kaibo.commerce.rounds import api as rounds  # every command knows the tasks; only the worker needs the metrics
    from kaibo.web.rounds import counted, posting

    form = rounds.form(show.platform, show.room_id)
    bots = posting.usable_bots(form)
    if not bots or show.started_at is None:
        return False
    every = form.every_minutes * clock.MINUTE_US
    number = (now_us - show.started_at) // every
    due_us = show.started_at + number * every
    if number < 1 or now_us - due_us > FRESH_US or rounds.rounds(show.show_id) or not counted.is_counted(show.show_id):
        return False
    key = f"counted:{show.show_id}:{number}"
    if posting.posts_of(key, bots):
        return False
    view = counted.round_at(show, due_us)
    text = posting.text_of(show, view, is_zh=True, form=form)
    posting.post_text(key, text, bots=bots, actor="system:rounds")
    return True
