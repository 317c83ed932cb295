"""Forms of our own pages, as they are sent."""

from urllib.parse import parse_qs

from fastapi import Request

from foundation.errors import Invalid

_MOST_FIELDS = 100


async def sent_fields(request: Request) -> dict[str, str]:
    """The fields of a form as they were sent, of several of a name the last; what is no form has none."""
    body = (await request.body()).decode("utf-8", errors="replace")
    try:
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as err:
        raise Invalid("this is not what the form sends; open it again") from err
    return {name: values[-1] for name, values in fields.items()}
