"""Recordings on lesson pages: played where they may be, served in parts, and never those of what is hidden."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from companion.encoders import prune_index
from companion.wiring import House
from foundation.ids import ProductSlug
from knowledge.ingest import Target, ingest
from knowledge.readers import read_course
from knowledge.recordings import keep_recordings
from tests.api.serving import serving
from tests.fakes import FixedClock
from tests.knowledge.readers.exports_documents import Slide, Text, pdf, pptx_bytes, prose, vtt

VIDEO = b"\x1aE\xdf\xa3" + bytes(range(256)) * 8
SAID = vtt([(1, 4, "Welcome to the cellar."), (63, 70, "It is kept at <b>eleven</b> & dark.")])
FILES: dict[str, bytes] = {
    "01-own.md": b"# Own\n\nWords about the cellar.\n",
    "01-own.vtt": SAID.encode(),
    "01-own.webm": VIDEO,
    "02-far.md": b"---\nvideo: https://media.example/far.mp4\n---\n# Far\n\nWords from far.\n",
    "02-far.vtt": SAID.encode(),
    "03-tube.md": b"---\nvideo: https://www.youtube.com/watch?v=a_B-1\n---\n# Tube\n\nWords of the tube.\n",
    "03-tube.vtt": SAID.encode(),
    "04-key.md": b"# Answers\n\nForty-two.\n",
    "04-key.vtt": SAID.encode(),
    "04-key.webm": b"\x1aE\xdf\xa3secret",
    "05-handout.pdf": pdf([[Text("Handout", y=780, size=22), *prose("One page.", y=740)], prose("Another page here.")]),
    "06-deck.pptx": pptx_bytes(
        [Slide("Deck", [(0, "First")]), Slide("Hidden", hidden=True), Slide("Last", [(0, "x")])]
    ),
    "07-bad.md": b"---\nvideo: javascript://x/%0aalert(1)\n---\n# Bad\n\nWords.\n",
    "07-bad.vtt": SAID.encode(),
    "07-host.md": b'---\nvideo: "https://a.example;script-src*/x.mp4"\n---\n# Host\n\nWords.\n',
    "07-host.vtt": SAID.encode(),
    "08-out.md": b"---\nvideo: ../outside.webm\n---\n# Out\n\nWords.\n",
    "08-out.vtt": SAID.encode(),
}


def take_in(house: House, folder: Path) -> list[str]:
    course, recordings = keep_recordings(read_course(folder), folder, house.settings.home)
    target = Target(ProductSlug("cellar"), lang="en", replace=True)
    told = {"database": house.database, "encoder": house.encoder, "clock": house.clock}
    return ingest(course, target, recordings=recordings, **told).warnings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "cellar"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (tmp_path / "outside.webm").write_bytes(b"private")
    return folder


@pytest.fixture
def client(house: House, folder: Path) -> Iterator[httpx.Client]:
    take_in(house, folder)
    with serving(house) as opened:
        yield opened


def test_a_recording_of_the_course_is_played_and_served_in_parts(client: httpx.Client) -> None:
    page = client.get("/p/cellar/lessons/01-own").text
    address = "/p/cellar/recordings/01-own/01-own"
    assert '<video controls preload="metadata"' in page
    assert f'<source src="{address}" type="video/webm">' in page
    assert f'<a class="time" href="{address}#t=63"' in page
    assert '<li id="t-63" data-second="63">' in page
    assert "It is kept at eleven &amp; dark." in page
    whole = client.get(address)
    assert whole.content == VIDEO
    assert whole.headers["content-type"] == "video/webm"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in whole.headers["content-security-policy"]
    part = client.get(address, headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.content) == (206, VIDEO[4:10])
    assert client.get(address, headers={"Range": "bytes=999999-"}).status_code == 416


def test_a_recording_elsewhere_is_played_from_that_host_alone(client: httpx.Client) -> None:
    far = client.get("/p/cellar/lessons/02-far")
    assert '<source src="https://media.example/far.mp4" type="video/mp4">' in far.text
    assert "media-src 'self' https://media.example" in far.headers["content-security-policy"]
    own = client.get("/p/cellar/lessons/01-own")
    assert "media-src" not in own.headers["content-security-policy"]


def test_a_video_platform_is_a_link_with_the_second(client: httpx.Client) -> None:
    page = client.get("/p/cellar/lessons/03-tube").text
    assert "<video" not in page
    assert 'href="https://youtu.be/a_B-1?t=63"' in page


def test_an_address_that_is_none_becomes_no_link(client: httpx.Client) -> None:
    page = client.get("/p/cellar/lessons/07-bad").text
    assert "javascript:" not in page
    assert "Welcome to the cellar." in page


def test_a_host_cannot_loosen_the_pages_policy(client: httpx.Client) -> None:
    page = client.get("/p/cellar/lessons/07-host")
    assert "<video" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]


def test_the_recording_of_what_is_hidden_is_not_served(client: httpx.Client, house: House) -> None:
    assert b"\x1aE\xdf\xa3secret" in [file.read_bytes() for file in (house.settings.home / "recordings").iterdir()]
    for lesson in ("04-key", "01-own", "nothing"):
        assert client.get(f"/p/cellar/recordings/{lesson}/04-key").status_code == 404
    assert client.get("/p/nothing/recordings/01-own/01-own").status_code == 404


def test_a_path_out_of_the_course_is_not_kept(folder: Path, house: House) -> None:
    (warning,) = [each for each in take_in(house, folder) if "outside" in each]
    assert "named in the course and missing" in warning
    kept = [file.read_bytes() for file in (house.settings.home / "recordings").iterdir()]
    assert b"private" not in kept


def test_pages_and_slides_are_marked_where_they_begin(client: httpx.Client) -> None:
    page = client.get("/p/cellar/lessons/05-handout-pdf", params={"lang": "ru"}).text
    assert page.index('id="page-1"') < page.index("One page.") < page.index('id="page-2"') < page.index("Another page")
    assert ">Страница 2</p>" in page
    deck = client.get("/p/cellar/lessons/06-deck-pptx", params={"lang": "en"}).text
    assert ">Slide 3</p>" in deck
    assert "slide-2" not in deck
    assert "Hidden" not in deck


def test_a_recording_that_changed_is_played_anew_and_the_old_one_swept_away(
    house: House, folder: Path, clock: FixedClock
) -> None:
    take_in(house, folder)
    (folder / "01-own.webm").write_bytes(VIDEO + b"more")
    take_in(house, folder)
    kept = house.settings.home / "recordings"
    before = len(list(kept.iterdir()))
    clock.move(days=3650)
    assert prune_index(house)["recordings"] == 1
    assert len(list(kept.iterdir())) == before - 1
    with serving(house) as client:
        assert client.get("/p/cellar/recordings/01-own/01-own").content == VIDEO + b"more"


def test_a_recording_that_was_lost_says_so_and_its_page_still_opens(house: House, folder: Path) -> None:
    take_in(house, folder)
    shutil.rmtree(house.settings.home / "recordings")
    with serving(house) as client:
        assert client.get("/p/cellar/lessons/01-own").status_code == 200
        assert client.get("/p/cellar/recordings/01-own/01-own").status_code == 404
