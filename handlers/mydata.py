"""Everything that is kept on a person, as a file for themselves."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from content import say
from content.catalogue import catalogue
from study import queries
from study.queries import look
from study.steps import Conversation, Json, Say
from study.view import ParticipantView

QUIET = {"pain": "how_strong", "pain_rating": "rating"}
"""Names that discreet mode replaces, in the file too."""


def mydata(me: ParticipantView) -> Conversation:
    """A JSON file of everything that is kept, with what it is on top."""
    at: datetime = yield queries.now()
    kept: dict[str, Any] = yield look("kept", queries.EverythingKept())
    about = say.mydata.about(study_id=me.study_id, made=me.local(at))
    content = {"about": _written(me, about), **kept, "also_kept": _written(me, say.mydata.also_kept())}
    text = json.dumps(_discreet(content) if me.discreet else content, indent=1, ensure_ascii=False)
    yield Say("mydata", say.mydata.text(), document=f"mydata-{me.study_id}.json\n{text}\n")


def _written(me: ParticipantView, message: Any) -> str:
    return catalogue().render(message, me.language, discreet=me.discreet)


def _discreet(value: Json) -> Json:
    """The same with neutral names; what the person wrote stays as written."""
    if isinstance(value, dict):
        return {QUIET.get(name, name): _discreet(each) for name, each in value.items()}
    return [_discreet(each) for each in value] if isinstance(value, list) else value
