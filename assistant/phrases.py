"""The assistant's own words, Russian and English, from `texts/*.toml`."""

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files

from knowledge.language import Lang
from knowledge.spots import clock


class Phrase(StrEnum):
    """Every phrase there is; the files must have each of them."""

    ANSWERED_ELSEWHERE = "answered_elsewhere"
    PARTLY = "partly"
    DECLINED = "declined"
    DECLINED_NEAR = "declined_near"
    DECLINED_EMPTY = "declined_empty"
    DECLINED_WORDS = "declined_words"
    MODEL_FAILED = "model_failed"
    SEARCHED = "searched"
    CARRIED = "carried"
    CARRIED_HERE = "carried_here"
    LATER = "later"
    UP_TO_HERE = "up_to_here"
    SUGGESTION = "suggestion"
    PLACE_PAGE = "place_page"
    PLACE_SLIDE = "place_slide"
    PLACE_CELL = "place_cell"
    REUSE_WHAT = "reuse_what"
    REUSE_NOTHING = "reuse_nothing"
    REUSE_FOUND = "reuse_found"
    OVERLAPS_WHAT = "overlaps_what"
    OVERLAPS_NONE = "overlaps_none"
    OVERLAPS_SAME = "overlaps_same"
    OVERLAPS_DIFFER = "overlaps_differ"
    CHECKLIST = "checklist"
    CHECKLIST_CLEAR = "checklist_clear"
    CHECK_DRAFTS = "check_drafts"
    CHECK_OVERTAKEN = "check_overtaken"
    CHECK_OUTCOMES = "check_outcomes"
    CHECK_EXERCISES = "check_exercises"
    CHECK_KEYS = "check_keys"
    CHECK_ORDER = "check_order"
    CHECK_CASES = "check_cases"
    CHECK_QUESTIONS = "check_questions"
    WAITING = "waiting"
    WAITING_NONE = "waiting_none"
    WAITED_HOURS = "waited_hours"
    WAITED_DAYS = "waited_days"
    STAFF_ONLY = "staff_only"
    WEEK_NEWS = "week_news"
    WEEK_QUIET = "week_quiet"
    WEEK_USUALLY = "week_usually"
    WEEK_RELEASE = "week_release"
    WEEK_OPENED = "week_opened"
    WEEK_CASES = "week_cases"
    WEEK_OPENS = "week_opens"
    SOLVED = "solved"
    SOLVED_NONE = "solved_none"
    SHARE = "share"
    SHARE_NOWHERE = "share_nowhere"
    CATALOGUE = "catalogue"
    SMALL_GREETING = "small_greeting"
    SMALL_GREETING_NAME = "small_greeting_name"
    NOTED = "noted"
    NOTED_NOT = "noted_not"
    SMALL_THANKS = "small_thanks"
    SMALL_BYE = "small_bye"
    SMALL_HOW = "small_how"
    SMALL_FINE = "small_fine"
    SMALL_WHO = "small_who"
    SMALL_BEGIN = "small_begin"
    CAN_COURSE = "can_course"
    CAN_AUTHOR = "can_author"
    CAN_TEAM = "can_team"
    CAN_COMMUNITY = "can_community"
    CAN_PLATFORM = "can_platform"
    OFF_TOPIC = "off_topic"
    UNSAFE_SELF_HARM = "unsafe_self_harm"
    UNSAFE_HARM = "unsafe_harm"
    FEEDBACK_KEPT = "feedback_kept"
    PLAN_NEXT = "plan_next"
    PLAN_STEP = "plan_step"
    PLAN_BEHIND = "plan_behind"
    PLAN_DONE = "plan_done"
    PLAN_WIN = "plan_win"
    PLAN_BEGIN = "plan_begin"
    PLAN_GO_ON = "plan_go_on"
    BLOCKS_FIT = "blocks_fit"
    BLOCKS_FAR = "blocks_far"
    BLOCKS_OPEN = "blocks_open"
    BLOCK = "block"
    BLOCK_SKILLS = "block_skills"
    BLOCK_FIRST = "block_first"
    BLOCK_READY = "block_ready"
    PERSON_OFFER = "person_offer"
    PERSON_WAITING = "person_waiting"
    VERIFIED = "verified"
    IMPROVE_STUCK = "improve_stuck"
    IMPROVE_GAPS = "improve_gaps"
    IMPROVE_PRAISED = "improve_praised"
    IMPROVE_THEME = "improve_theme"
    IMPROVE_MORE = "improve_more"
    IMPROVE_LESS = "improve_less"
    IMPROVE_NONE = "improve_none"
    IMPROVE_HIDDEN = "improve_hidden"
    IMPROVE_NO_PLACE = "improve_no_place"
    IMPROVE_DRAFT = "improve_draft"
    IMPROVE_NO_DRAFT = "improve_no_draft"
    IMPROVE_WATCHING = "improve_watching"
    IMPROVE_HELPED = "improve_helped"
    IMPROVE_NO_EVIDENCE = "improve_no_evidence"
    IMPROVE_WORSE = "improve_worse"
    IMPROVE_NO_EFFECT = "improve_no_effect"
    IMPROVE_THEMES = "improve_themes"
    IMPROVE_EFFECTS = "improve_effects"
    REPLY_HELLO = "reply_hello"
    REPLY_HELLO_NAME = "reply_hello_name"
    REPLY_SAID = "reply_said"
    REPLY_SAID_AT = "reply_said_at"
    REPLY_NEAR = "reply_near"
    REPLY_END = "reply_end"


def phrase(name: Phrase, lang: Lang) -> str:
    """A phrase in the reader's language."""
    return _phrases(lang)[name]


def place_name(kind: str, value: str, lang: Lang) -> str:
    """What a person calls a locator: a heading by itself, else "стр. 3", "slide 2", "1:03"."""
    if kind == "time":
        return clock(int(value))
    counted = {"page": Phrase.PLACE_PAGE, "slide": Phrase.PLACE_SLIDE, "cell": Phrase.PLACE_CELL}.get(kind)
    return value if counted is None else phrase(counted, lang).format(number=value)


@cache
def _phrases(lang: Lang) -> dict[str, str]:
    content = (files("assistant") / "texts" / f"{lang}.toml").read_text(encoding="utf-8")
    return {name: str(text) for name, text in tomllib.loads(content).items()}
