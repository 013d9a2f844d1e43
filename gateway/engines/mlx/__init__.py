"""The `mlx` engine: neural voices by mlx-audio, each model in a supervised worker process of its own.

`engine` is what a chain speaks with; `model_worker` keeps one model's process alive and gives it one sentence
at a time; `worker` is that process, and the only place where MLX is imported.
"""
