"""The door of the radar."""

from kaibo.operations.radar import answers, forgetting, library, talk
from kaibo.operations.radar.follow import Follower

__all__ = ["Follower"]

open_groups = answers.open_groups
answered = answers.answered
answer = answers.answer
undo_answer = answers.undo
talk_of = talk.talk
talk_span = talk.span
pulse = talk.pulse
signals = talk.signals
comments_with = talk.comments
changed = talk.changed
forget = forgetting.forget
script_lines = library.lines
save_script_line = library.save
remove_script_line = library.remove
add_starters = library.add_starters
STARTERS = library.STARTERS
