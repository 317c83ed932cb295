"""What learners told us, and the questions a course did not answer."""
