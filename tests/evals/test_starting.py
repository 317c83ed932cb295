"""A goal in a learner's own words is taken for the lessons that serve it, in either language."""

from companion.wiring import House
from evals.starting import COURSES, goal_rank, read_goals, share_near


def test_most_goals_find_their_lesson_and_most_of_others_courses_are_told_apart(sample_house: House) -> None:
    served, elsewhere = read_goals("sample-course"), read_goals("elsewhere")
    ranks = [goal_rank(sample_house, course, goal) for course in COURSES for goal in served]
    assert sum(rank <= 3 for rank in ranks) >= 0.8 * len(ranks)
    near, of = share_near(sample_house, served)
    assert near >= 0.9 * of
    near_all_the_same, of = share_near(sample_house, elsewhere)
    assert near_all_the_same <= 0.6 * of
