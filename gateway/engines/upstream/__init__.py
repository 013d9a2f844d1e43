"""The `upstream` engine: voices of any server that speaks OpenAI's `POST /v1/audio/speech`."""
