"""Staff at their screens: forms that were shown are filled in and sent, and nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


class _Forms(HTMLParser):
    """Reads the forms of a page: where each goes, what it holds, and its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._button: list[str] | None = None
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": found.get("action", ""), "fields": {}, "buttons": [], "boxes": []})
        if not self.forms:
            return
        form = self.forms[-1]
        if tag == "input" and found.get("type") == "checkbox":
            form["boxes"].append((found.get("name", ""), found.get("value", "on")))
        elif tag == "input" and found.get("name") and found.get("type") not in ("submit", "file"):
            form["fields"][found["name"]] = found.get("value", "")
        elif tag == "select":
            self._select = found.get("name", "")
        elif tag == "option" and self._select:
            if "selected" in found or self._select not in form["fields"]:
                form["fields"][self._select] = found.get("value", "")
        elif tag == "textarea":
            self._area = found.get("name", "")
            form["fields"][self._area] = ""
        elif tag == "button":
            self._button = [found.get("name", ""), found.get("value", ""), ""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._button is not None and self.forms:
            self.forms[-1]["buttons"].append(tuple(self._button))
            self._button = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._button is not None:
            self._button[2] += data
        elif self._area:
            self.forms[-1]["fields"][self._area] += data


class Desk:
    """One member of staff with a browser that has no script."""

    def __init__(self, user: Any, password: str = "correct horse") -> None:
        user.set_password(password)
        user.save()
        self.password = password
        self.client = Client(enforce_csrf_checks=True)
        self.client.force_login(user)
        self.page = ""
        self.address = ""

    def go(self, address: str) -> str:
        """Open a page."""
        self._took(self.client.get(address, follow=True), address)
        return self.page

    def _took(self, response: Any, address: str) -> None:
        assert response.status_code == 200, f"{address}: {response.status_code} {response.content[:300]!r}"
        chain = getattr(response, "redirect_chain", [])
        self.address = chain[-1][0] if chain else address
        self.page = response.content.decode()

    def press(self, label: str, *, tick: tuple[str, ...] = (), file: bytes | None = None, **fields: str) -> str:
        """Fill in the form that has a button of this label, and press it; shows who they are where that is asked."""
        parser = _Forms()
        parser.feed(self.page)
        for form in parser.forms:
            for name, value, text in form["buttons"]:
                if text.strip() == label:
                    return self._send(form, name, value, tick, file, fields)
        raise AssertionError(
            f"no button {label!r} on {self.address}: {[b for f in parser.forms for b in f['buttons']]}"
        )

    def _send(
        self,
        form: dict[str, Any],
        name: str,
        value: str,
        tick: tuple[str, ...],
        file: bytes | None,
        fields: dict[str, str],
    ) -> str:
        data: dict[str, Any] = dict(form["fields"])
        for field, words in fields.items():
            assert field in data, f"no field {field}: {sorted(data)}"
            data[field] = words
        for box, choice in form["boxes"]:
            if choice in tick:
                data.setdefault(box, []).append(choice)
        if file is not None:
            wanted = re.findall(r'<input type="file" name="([^"]+)"', self.page)
            data[wanted[0]] = SimpleUploadedFile("letter.pdf", file)
        if name:
            data[name] = value
        address = form["action"] or self.address
        self._took(self.client.post(address, data, follow=True), address)
        return self.page

    def confirm(self) -> None:
        """Show the password where the page of the kernel asks for it, and come back."""
        assert 'name="password"' in self.page
        parser = _Forms()
        parser.feed(self.page)
        form = next(one for one in parser.forms if "password" in one["fields"])
        data = {**form["fields"], "password": self.password}
        self._took(self.client.post(form["action"] or self.address, data, follow=True), self.address)
