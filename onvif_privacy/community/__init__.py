"""What people write to everybody and to each other, and the links that lead away."""
