"""The console, `/console`: where the staff sees to what a product asks of people.

Server-rendered and whole without JavaScript, in Russian and English. A member of staff sees the products they have a
role in and, of each, the sections their roles open; everything else is told as not there.

To hang a page in:

1. `api/console/NOUN.py`: `router = APIRouter(prefix="/console/p/{slug}/NOUN", include_in_schema=False)`. A handler
   asks for `desk: Annotated[Desk, Depends(desk_for(Role.CURATOR))]` (who, in which product, with which roles) and
   returns `show(request, desk, "NOUN.html", **values)`. A POST handler finds the form in `desk.form`, checked to be
   ours by then (`staff.py`), and returns `back(desk, "NOUN", done="key")`, which shows the text `done_key` on the page
   it leads to.
2. A line in `sections.py`: name, roles, what to count on the overview, and the group of the menu it stands in.
3. `texts/ru/NOUN.json` and `texts/en/NOUN.json`: at least `section_NOUN`, and `count_NOUN` when something is counted.
   All files of a language are one table in templates, `t`; begin your keys with the noun.
4. `templates/NOUN.html`: `{% extends "console.html" %}`; every form holds `{{ csrf_field() }}` of `parts.html`.
5. The router, in `routers.py`.

Numbers go through `numbers.py`, pictures of them through `charts.py` and `picture.html`, which adds the same as a
table. What learners said is shown only as `feedback.figures` lets it through.
"""
