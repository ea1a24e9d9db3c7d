"""Sites of which tests of this room run whole processes."""
