"""The radar of a show, the comments behind a word, the script library."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kaibo.commerce.shows.contracts import ShowStatus
from kaibo.commerce.team import api as team
from kaibo.kit.clock import MINUTE_US, now_us
from kaibo.operations.compliance import api as compliance
from kaibo.operations.compliance.contracts import Question, Scene
from kaibo.operations.radar import api as radar
from kaibo.operations.radar.contracts import SITUATIONS, STAGES, TOPICS, CloudTerm, SignalView
from kaibo.web import actors
from kaibo.web.pages import tools
from kaibo.web.radar import words

SPANS = (2, 10, 60)
"""Minutes that the page looks at; beside them the whole show."""
CLOUD = 60
BARS = 120


@tools.page("comment.see")
def radar_page(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """`/shows/<id>/radar`: `?minutes=` long, ending `?to=` (µs), by default now or the end of the show."""
    show = tools.show_or_404(request, show_id, "comment.see")
    whole = radar.talk_span(show_id)
    context: dict[str, Any] = {"show": show, "span": whole, "live": show.status == ShowStatus.ON_AIR}
    if whole is None:
        return render(request, "kaibo/radar/page.html", context)
    minutes, from_us, to_us = _span(request, whole)
    told = radar.talk_of(show_id, from_us=from_us, to_us=to_us)
    groups = radar.open_groups(show_id, at_us=min(to_us, now_us()))
    answers = [one for one in radar.answered(show_id, limit=200) if from_us <= one.at_us < to_us][:12]
    context |= {
        "talk": told,
        "cloud": _cloud(told.words),
        "minutes": minutes,
        "from_us": from_us,
        "to_us": to_us,
        "spans": [(one, _("%(n)s min") % {"n": one}) for one in SPANS],
        "earlier_us": from_us if minutes and from_us > whole[0] else None,
        "later_us": min(to_us + minutes * MINUTE_US, whole[1]) if minutes and to_us < whole[1] else None,
        "pulse": (pulse := _pulse(radar.pulse(show_id), from_us, to_us)),
        "pulse_most": max((bar["comments"] for bar in pulse), default=0),
        "pulse_minutes": (pulse[0]["to_us"] - pulse[0]["at_us"]) // MINUTE_US if pulse else 1,
        "intents": [(words.of(words.INTENTS, code), count) for code, count in told.intents.items()],
        "groups": [{"one": one, "topic": words.of(words.TOPICS, one.topic)} for one in groups],
        "answers": [
            {"one": one, "topic": words.of(words.TOPICS, one.topic), "how": words.of(words.HOWS, one.how)}
            for one in answers
        ],
        "signals": [_signal(one) for one in radar.signals(show_id, from_us=from_us, to_us=to_us)],
        "scripts": _scripts(groups),
        "may_act": team.may(request.user, "answer.mark", platform=show.platform, room_id=show.room_id),
    }
    return render(request, "kaibo/radar/page.html", context)


def _span(request: HttpRequest, whole: tuple[int, int]) -> tuple[int, int, int]:
    """(minutes, 0 for the whole show; from; to), inside the show."""
    given = request.GET.get("minutes", "")
    minutes = int(given) if given.isdigit() and int(given) in SPANS else 0
    if not minutes:
        return 0, *whole
    to = request.GET.get("to", "")
    end = int(to) // MINUTE_US * MINUTE_US if to.isdigit() and len(to) < 18 else whole[1]
    end = max(whole[0] + MINUTE_US, min(end, whole[1]))
    return minutes, max(whole[0], end - minutes * MINUTE_US), end


def _cloud(found: tuple[CloudTerm, ...]) -> list[dict[str, Any]]:
    """Words in the order of the alphabet of their sound is no help: the most said first, five sizes, three shades."""
    if not found:
        return []
    most = found[0].count
    return [
        {
            "term": one,
            "size": 1 + min(4, round(4 * (one.count / most) ** 0.5)),
            "shade": "" if one.lift is None else "more" if one.lift > 3 else "less" if one.lift < -3 else "",
        }
        for one in found[:CLOUD]
    ]


def _pulse(rows: list[tuple[int, int]], from_us: int, to_us: int) -> list[dict[str, Any]]:
    """At most BARS bars of the whole show: comments, and whether a bar lies in the span."""
    if not rows:
        return []
    first, last = rows[0][0], rows[-1][0] + MINUTE_US
    width = max(MINUTE_US, -(-(last - first) // BARS // MINUTE_US) * MINUTE_US)
    bars: dict[int, int] = {}
    for minute_us, comments in rows:
        at = first + (minute_us - first) // width * width
        bars[at] = bars.get(at, 0) + comments
    most = max(bars.values()) or 1
    count = -(-(last - first) // width)
    return [
        {
            "x": round(100 * at / count, 2),
            "width": round(100 / count * 0.8, 2),
            "height": round(40 * bars.get(first + at * width, 0) / most, 1),
            "y": round(40 - 40 * bars.get(first + at * width, 0) / most, 1),
            "at_us": first + at * width,
            "to_us": first + (at + 1) * width,
            "comments": bars.get(first + at * width, 0),
            "is_inside": first + at * width < to_us and first + (at + 1) * width > from_us,
        }
        for at in range(count)
    ]


def _signal(one: SignalView) -> dict[str, Any]:
    return {
        "one": one,
        "kind": words.of(words.SIGNALS, one.kind),
        "flood": words.of(words.FLOODS, one.flood) if one.flood else "",
        "kind_class": {"burst": "accent", "flood": "warn", "complaint": "bad"}.get(one.kind, ""),
    }


def _scripts(groups: list[Any]) -> list[dict[str, Any]]:
    topics = list(dict.fromkeys(one.topic for one in groups))[:4]
    if not topics:
        return []
    return [{"line": line, "topic": words.of(words.TOPICS, line.topic)} for line in radar.script_lines(*topics)]


@tools.page("comment.see")
def word_page(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """The comments that hold a word, in the span that the radar showed."""
    show = tools.show_or_404(request, show_id, "comment.see")
    word = request.GET.get("word", "").strip()[:60]
    whole = radar.talk_span(show_id) or (0, 0)
    bounds = [
        int(given) if (given := request.GET.get(name, "")).isdigit() and len(given) < 18 else whole[place]
        for place, name in enumerate(("from", "to"))
    ]
    found, count = radar.comments_with(show_id, word, from_us=bounds[0], to_us=bounds[1]) if word else ([], 0)
    context = {"show": show, "word": word, "comments": [_cut(one, word) for one in found], "count": count}
    return render(request, "kaibo/radar/comments.html", context | {"from_us": bounds[0], "to_us": bounds[1]})


def _cut(one: Any, word: str) -> dict[str, Any]:
    at = one.text.casefold().find(word.casefold())
    before, middle, after = one.text[:at], one.text[at : at + len(word)], one.text[at + len(word) :]
    return {"at_us": one.at_us, "before": before, "middle": middle, "after": after}


@tools.page("comment.see", methods=("POST",))
def answer_undo(request: HttpRequest, show_id: str, answer_id: int) -> HttpResponseBase:
    """It was no answer: the questions wait again."""
    tools.show_or_404(request, show_id, "answer.mark")
    work = lambda: radar.undo_answer(show_id, answer_id, actor=tools.actor(request))  # noqa: E731
    back = _address(show_id, request)
    return tools.act(request, work, done=_("Its questions wait again."), back=back)


def _address(show_id: str, request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return reverse("radar", args=[show_id]) + (f"?{query}" if query else "")


@tools.page("text.check")
def script_list(request: HttpRequest) -> HttpResponseBase:
    """`/radar/scripts/`: what the team has prepared to say, each line checked by the rules of today."""
    return _library(request)


def _library(request: HttpRequest, *, typed: dict[str, Any] | None = None, problem: str = "") -> HttpResponseBase:
    lines = radar.script_lines()
    answers = compliance.check([line.text for line in lines], Question(Scene.SPEECH)) if lines else []
    names = actors.names_of({line.actor for line in lines})
    by_topic: dict[str, list[dict[str, Any]]] = {}
    for line, answer in zip(lines, answers, strict=True):
        hits = [hit.matched for hit in answer.hits if hit.action != "count"]
        told = {"line": line, "by": names.get(line.actor, line.actor), "hits": hits}
        by_topic.setdefault(line.topic, []).append(told)
    context = {
        "topics": [
            (code, words.of(words.TOPICS, code), by_topic.get(code, [])) for code in (*TOPICS, *SITUATIONS, *STAGES)
        ],
        "count": len(lines),
        "starters": len(radar.STARTERS),
        "typed": typed or {},
        "problem": problem,
        "may_edit": team.may(request.user, "text.approve"),
    }
    return render(request, "kaibo/radar/scripts.html", context, status=422 if problem else 200)


@tools.page("text.approve", methods=("POST",))
def script_save(request: HttpRequest) -> HttpResponseBase:
    """A new line, or another wording of one."""
    typed = tools.keep(request)
    line_id = int(typed["line_id"]) if str(typed.get("line_id", "")).isdigit() else None

    def work() -> None:
        told = [str(typed.get(name, "")) for name in ("topic", "title", "text")]
        radar.save_script_line(*told, line_id=line_id, actor=tools.actor(request))

    return tools.act(request, work, done=_("Kept in the library."), back=reverse("scripts"))


@tools.page("text.approve", methods=("POST",))
def script_start(request: HttpRequest) -> HttpResponseBase:
    """The starting sentences for an empty library."""
    work = lambda: radar.add_starters(actor=tools.actor(request))  # noqa: E731
    return tools.act(request, work, done=_("Change them to your own voice."), back=reverse("scripts"))


@tools.page("text.approve", methods=("POST",))
def script_remove(request: HttpRequest, line_id: int) -> HttpResponseBase:
    """Take a line out."""
    work = lambda: radar.remove_script_line(line_id, actor=tools.actor(request))  # noqa: E731
    return tools.act(request, work, done=_("Taken out of the library."), back=reverse("scripts"))
