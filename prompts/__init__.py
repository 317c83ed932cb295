"""Every word we send to a chat model, as versioned files, and the one door to a model."""
