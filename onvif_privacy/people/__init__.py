"""What a person gives: names, contact details and addresses, asked for a purpose and kept under a key of their own."""
