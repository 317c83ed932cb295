"""Every router of the console."""

from api.console import account, asking, cases, door, gaps, hand_overs, invites, overview, people, verified

ROUTERS = (
    door.router,
    invites.router,
    overview.router,
    account.router,
    people.router,
    cases.router,
    gaps.router,
    hand_overs.router,
    verified.router,
    asking.router,
)
