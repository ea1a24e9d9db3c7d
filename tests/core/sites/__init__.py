"""Small sites that tests start in processes of their own, on databases of their own."""
