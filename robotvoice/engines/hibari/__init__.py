"""hibari-tts: one small neural voice that speaks English, in child processes like eSpeak NG's."""
