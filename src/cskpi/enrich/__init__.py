"""Text of chats: unique normalised forms and the signals read from each."""
