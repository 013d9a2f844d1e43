"""Engines that only a gateway has."""
