"""The back office as a whole: roles, the instructor's start, what the menus show."""
