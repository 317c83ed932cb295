"""Every router of the console."""

from api.console import (
    account,
    asking,
    cases,
    door,
    effects,
    hand_overs,
    invites,
    lesson_preview,
    lessons,
    loop_settings,
    overview,
    people,
    proposals,
    releases,
    themes,
    verified,
)

ROUTERS = (
    door.router,
    invites.router,
    overview.router,
    account.router,
    people.router,
    cases.router,
    themes.router,
    lessons.router,
    lesson_preview.router,
    proposals.router,
    releases.router,
    effects.router,
    loop_settings.router,
    hand_overs.router,
    verified.router,
    asking.router,
)
