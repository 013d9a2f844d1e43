"""The codes by which a failure, a substitute or a refusal is known in the log, in `status` and in metrics."""

KNOWN = frozenset(
    {
        "back", "bad_reference", "bad_voice", "busy", "client_busy", "closed", "consent_expired", "crashed",
        "cut", "died", "disk", "empty_text", "engine_failed", "gave_way", "held_off", "http",
        "incomplete_voice", "internal", "invalid_clip", "invalid_message", "language", "loading",
        "machine_full", "model_failed", "no_answer", "no_audio", "no_reference", "no_voice", "not_audio",
        "not_authorised", "not_found", "not_held", "not_installed", "not_paired", "not_permitted", "not_read",
        "not_ready", "not_supported", "not_trusted",
        "nothing_can_speak", "open", "operator", "protocol", "redirected", "refused", "restarting",
        "runaway", "script", "silent", "silent_gap", "slow", "stalled", "starting", "stopped", "substitute",
        "text_too_long", "too_late", "too_long", "too_many_requests", "too_short", "unauthorized",
        "unavailable", "unknown_command", "unknown_model", "unknown_upstream", "unknown_voice", "unreachable",
        "unsteady", "unusable", "warming_up",
        # What is wrong with a request.
        "body_too_large", "cannot_clone", "invalid_json", "invalid_value", "missing_field", "request_timeout",
        "unknown_language", "unsupported_media_type",
    }
)  # fmt: skip
OTHER = "other"


def known(code: str) -> str:
    """The code itself, or OTHER: engines that are other servers may have codes of their own."""
    return code if code in KNOWN else OTHER
