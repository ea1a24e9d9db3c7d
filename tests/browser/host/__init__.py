"""The small site that the browser visits: blocked scripts, an embed, and planted cookies that must not stay."""
