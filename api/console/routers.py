"""Every router of the console."""

from api.console import account, cases, door, gaps, invites, overview, people

ROUTERS = (door.router, invites.router, overview.router, account.router, people.router, cases.router, gaps.router)
