"""Keeps reports as they were sent."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.report import Document
from feedback.tables import ReportRow
from foundation.ids import content_hash


def keep_report(session: Session, document: Document) -> str:
    """Keep a report and give its id; one of the same product, kind and moment once."""
    product, kind, made = document["product"], document["kind"], datetime.fromisoformat(document["made"])
    named = f"r-{content_hash(product, kind, document['made'], size=12)}"
    since, until = (datetime.fromisoformat(document[name]) for name in ("since", "until"))
    session.merge(
        ReportRow(id=named, product=product, kind=kind, since=since, until=until, document=document, made=made)
    )
    session.flush()
    return named


def last_report(session: Session, product: str, kind: str) -> datetime | None:
    """When the last report of this kind was made that is kept."""
    mine = ReportRow.product == product, ReportRow.kind == kind
    return session.scalar(select(func.max(ReportRow.made)).where(*mine))
