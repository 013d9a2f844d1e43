"""HTTP of a gateway alone: who is near enough to ask, and errors as OpenAI's clients read them."""
