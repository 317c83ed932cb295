"""What a host page loads: the `<learning-companion>` element, its style and its words."""
