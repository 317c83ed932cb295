"""The program put together: the wiring of collaborators and the loading of the sample products."""
