"""What study staff do: participants, alerts, exports."""
