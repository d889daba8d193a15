"""Questions, quizzes and results in the back office."""
