"""The review chain: turns the recorded history and a proposed action into an event or a refusal; pure."""
