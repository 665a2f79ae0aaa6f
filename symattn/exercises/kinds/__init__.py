"""The types of exercises, one topic a file: how each is drawn, what is asked of it, and which slips are usual there."""
