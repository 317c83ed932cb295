"""The service that runs on this home, for commands beside it: only it may open the index folder while it runs."""

import json
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

from foundation.errors import Conflict, IndexUnavailable, NotAllowed, NotFound
from foundation.lock import Owner, find_owner

# A rebuild answers when it is done, and a large home takes its minutes.
_TIMEOUT_S = 600.0


def find_service(home: Path) -> Owner | None:
    """How to reach the service of a home, None when nothing was announced; NotAllowed when it is another user's."""
    try:
        return find_owner(home)
    except PermissionError as err:
        raise NotAllowed(f"another user's service runs on {home}; ask them, or set COMPANION_HOME") from err


def check_same_encoder(owner: Owner, encoder_id: str) -> None:
    """Raises Conflict when the service answers with another encoder than this command is set to."""
    served = ask_service(owner, "identity", None)["encoder"]
    if served != encoder_id:
        raise Conflict(
            f"the service at {owner.url} answers with the encoder {served}, and this command is set to {encoder_id}; "
            "set COMPANION_ENCODER as the service has it, or restart the service with this one"
        )


def ask_service(owner: Owner, action: str, product: str | None) -> dict[str, Any]:
    """Have the service see to the index. Raises NotFound, or IndexUnavailable when it cannot or does not answer."""
    from api.routers.local import SECRET_HEADER

    query = f"?{urllib.parse.urlencode({'product': product})}" if product else ""
    request = urllib.request.Request(
        f"{owner.url}/local/index/{action}{query}", method="POST", headers={SECRET_HEADER: owner.secret}
    )
    # The service is on this machine, whatever proxy the environment names for the rest of the world.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_TIMEOUT_S) as response:
            found: dict[str, Any] = json.load(response)
            return found
    except urllib.error.HTTPError as err:
        raise (NotFound if err.code == 404 else IndexUnavailable)(_detail(err)) from err
    except (OSError, HTTPException, ValueError) as err:
        raise IndexUnavailable(f"the service at {owner.url} does not answer as it should; restart it") from err


def _detail(err: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(err)["detail"])
    except (OSError, HTTPException, ValueError, TypeError, KeyError):
        return f"the service at {err.url.partition('/local/')[0]} answered {err.code} {err.reason}; restart it"
