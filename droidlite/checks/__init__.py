"""What a check is made of: its command, the tests it tells of, the files it rests on. Knows no model and no session."""
