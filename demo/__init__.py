"""`make run`: what an owner would type, shown from beginning to end."""
