"""Requests that nobody in his right mind sends: a gateway answers each, or cuts it, and goes on as before."""
