"""The entrances: HTTP, pages, widget and command line; they parse, call one room function and shape the reply."""
