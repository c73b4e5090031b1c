"""Stories of what is asked for without a job: aggregates in slices, whole lists, what is now.

A family of its own beside the stories of conversations: every draw has a stream of its own, so that
neither changes the other.
"""
