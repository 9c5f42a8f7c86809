"""The assumptions: who comes, grows, leaves, pays and applies. Law and guess never share a file."""
