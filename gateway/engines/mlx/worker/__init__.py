"""The process that MLX lives in: it loads one model and speaks one sentence at a time.

Nothing outside this package imports MLX or mlx-audio.
"""
