"""Every mover by the name that profiles call it."""

from assistant.community_moves import catalogue, page, section, this_week, where_to_share, who_solved
from assistant.hints import ladder
from assistant.improving_moves import improving
from assistant.moves import Movers
from assistant.person_moves import person, verified
from assistant.plan_moves import blocks, plan
from assistant.small_moves import feedback, noted, off_topic, small_talk, unsafe
from assistant.team_moves import checklist, contradictions, reuse, waiting

MOVERS = Movers(
    {
        "blocks": blocks,
        "catalogue": catalogue,
        "checklist": checklist,
        "contradictions": contradictions,
        "feedback": feedback,
        "improving": improving,
        "noted": noted,
        "off_topic": off_topic,
        "ladder": ladder,
        "page": page,
        "person": person,
        "plan": plan,
        "reuse": reuse,
        "section": section,
        "share": where_to_share,
        "small_talk": small_talk,
        "solved": who_solved,
        "unsafe": unsafe,
        "waiting": waiting,
        "week": this_week,
        "verified": verified,
    }
)
