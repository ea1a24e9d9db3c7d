"""The small site that the browser visits: pages with blocked scripts, an embed, and cookies planted where they must not stay."""
