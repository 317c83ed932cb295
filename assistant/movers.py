"""Every mover by the name that profiles call it."""

from assistant.community_moves import catalogue, page, section, this_week, where_to_share, who_solved
from assistant.moves import Movers
from assistant.person_moves import person, verified
from assistant.small_moves import feedback, off_topic, small_talk, unsafe

MOVERS = Movers(
    {
        "catalogue": catalogue,
        "feedback": feedback,
        "off_topic": off_topic,
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
