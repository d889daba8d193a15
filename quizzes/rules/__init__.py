"""What a quiz is ruled by, as pure functions: drawing, time, the count of tries, and what is shown when."""
