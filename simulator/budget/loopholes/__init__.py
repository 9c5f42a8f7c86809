"""Known ways round the text: what it stops, what it does not, and what that costs."""
