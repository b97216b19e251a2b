"""Patrols recorded (巡河): tracks read, judged and always kept."""
