"""Where a Moodle backup keeps what is about people: names of elements that are passed over while their file is read.

Files that hold nothing else (users, grades, completion, logs, comments) are not opened at all.
"""

_ALL = frozenset({"userid", "author"})
# Who made a question and what was said about it; whose a file is and where it came from.
IN_BANK = frozenset({"comments", "createdby", "modifiedby", "ownerid"})
IN_FILES = _ALL | {"license", "source"}

_OF_KIND: dict[str, frozenset[str]] = {
    "assign": frozenset({"submissions", "grades", "userflags", "overrides"}),
    "assignment": frozenset({"submissions"}),
    "bigbluebuttonbn": frozenset({"logs", "recordings"}),
    "chat": frozenset({"messages"}),
    "choice": frozenset({"answers"}),
    "data": frozenset({"records"}),
    "feedback": frozenset({"completeds"}),
    "forum": frozenset({"discussions", "subscriptions", "digests", "readposts", "trackedprefs", "poststags", "grades"}),
    "glossary": frozenset({"ratings"}),
    "h5pactivity": frozenset({"attempts", "results"}),
    "hvp": frozenset({"content_user_data"}),
    "lesson": frozenset({"attempts", "branches", "grades", "timers", "highscores", "overrides"}),
    "lti": frozenset({"ltisubmissions"}),
    "quiz": frozenset({"attempts", "grades", "overrides"}),
    "scorm": frozenset({"sco_tracks", "sco_attempts"}),
    "survey": frozenset({"answers", "analysis"}),
    "wiki": frozenset({"subwikis"}),
    "workshop": frozenset(
        {"submissions", "assessments", "aggregations", "examplesubmissions", "examplereferences", "grades"}
    ),
    **dict.fromkeys(
        ("book", "folder", "imscp", "label", "page", "qbank", "resource", "subsection", "url"), frozenset()
    ),
}
# How plugins that are not known here may call it.
_ANYWHERE = frozenset(
    {"attempts", "submissions", "responses", "posts", "messages", "comments", "ratings", "grades", "users", "overrides"}
    | {"completions", "completeds", "records", "logs", "tracks", "issues"}
)


def of_activity(kind: str) -> frozenset[str]:
    """What is passed over in the file of an activity of this kind."""
    return _ALL | _OF_KIND.get(kind, _ANYWHERE)
