"""Legal process: from a letter to the notice that a person gets. Has no tables of its own."""
