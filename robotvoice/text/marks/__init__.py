"""What is noted in a text while it is cleaned: breaks, pauses, and what was left out."""
