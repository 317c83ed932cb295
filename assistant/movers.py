"""Every mover by the name that profiles call it."""

from assistant.community_moves import catalogue, page, section, this_week, where_to_share, who_solved
from assistant.hints import ladder
from assistant.moves import Movers
from assistant.person_moves import person, verified
from assistant.small_moves import feedback, noted, off_topic, small_talk, unsafe

MOVERS = Movers(
    {
        "catalogue": catalogue,
        "feedback": feedback,
        "noted": noted,
        "off_topic": off_topic,
        "ladder": ladder,
        "page": page,
        "person": person,
        "section": section,
        "share": where_to_share,
        "small_talk": small_talk,
        "solved": who_solved,
        "unsafe": unsafe,
        "week": this_week,
        "verified": verified,
    }
)
