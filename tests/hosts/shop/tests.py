"""What host suites do to a database: roll back, flush, load, dump, restart sequences, serve from threads."""

from __future__ import annotations

import io
import json
import tempfile
import threading
import urllib.request
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from django.test import LiveServerTestCase, TestCase, TransactionTestCase

from .models import Delivery, Order

User = get_user_model()
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


class InTransaction(TestCase):
    fixtures = ["orders"]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.user = User.objects.create_user("ben", "ben@example.org", "secret")

    def test_page_costs_its_own_query_only(self) -> None:
        with self.assertNumQueries(1):
            self.assertContains(self.client.get("/orders/", headers={"user-agent": CHROME}), "1 orders")

    def test_cookie_and_session_are_kept(self) -> None:
        self.client.get("/basket/")
        self.assertEqual(set(self.client.cookies), {"last_seen", "sessionid"})
        self.assertEqual(self.client.session["basket"], [1])

    def test_signing_in_costs_what_it_did(self) -> None:
        self.assertTrue(self.client.login(username="ben", password="secret"))
        self.client.logout()
        self.assertEqual(len(mail.outbox), 0)

    def test_user_can_be_deleted(self) -> None:
        User.objects.filter(pk__in=[7, self.user.pk]).delete()
        self.assertFalse(Order.objects.exists())

    def test_commit_hooks_run(self) -> None:
        done: list[int] = []
        with self.captureOnCommitCallbacks(execute=True) as hooks:
            transaction.on_commit(lambda: done.append(1))
        self.assertEqual((len(hooks), done), (1, [1]))


class Flushed(TransactionTestCase):
    fixtures = ["orders"]

    def test_fixture_is_there(self) -> None:
        self.assertEqual(Order.objects.get().customer.username, "anna")

    def test_flush_leaves_nothing(self) -> None:
        call_command("flush", interactive=False, verbosity=0)
        self.assertEqual((Order.objects.count(), Delivery.objects.count(), User.objects.count()), (0, 0, 0))

    def test_commit_is_seen_by_another_connection(self) -> None:
        Order.objects.update(total=9)
        seen: list[int] = []

        def look() -> None:
            seen.append(Order.objects.filter(total=9).count())
            connection.close()

        other = threading.Thread(target=look)
        other.start()
        other.join()
        # an SQLite database in memory is shared by the threads of a test process, others are read anew
        self.assertEqual(seen, [1])


class RolledBackFromSerialized(TransactionTestCase):
    serialized_rollback = True

    def test_reference_data_is_there(self) -> None:
        self.assertEqual(Delivery.objects.get().name, "Standard")
        Delivery.objects.all().delete()

    def test_reference_data_is_there_again(self) -> None:
        self.assertEqual(Delivery.objects.get().name, "Standard")
        Delivery.objects.all().delete()


class SequencesStartAgain(TransactionTestCase):
    reset_sequences = True

    def test_first_number_is_one(self) -> None:
        self.assertEqual(Delivery.objects.create(name="First").pk, 1)

    def test_first_number_is_one_again(self) -> None:
        self.assertEqual(Delivery.objects.create(name="First").pk, 1)


class OnlySomeApps(TransactionTestCase):
    available_apps = [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "shop",
    ]

    def test_page_is_served(self) -> None:
        self.assertContains(self.client.get("/orders/", headers={"user-agent": CHROME}), "0 orders")

    def test_user_is_made(self) -> None:
        User.objects.create_user("cleo")
        self.assertEqual(User.objects.count(), 1)


class DumpedAndLoaded(TransactionTestCase):
    fixtures = ["orders"]

    def test_whole_database_comes_back(self) -> None:
        out = io.StringIO()
        call_command("dumpdata", exclude=["contenttypes", "auth.permission"], stdout=out)
        call_command("flush", interactive=False, verbosity=0)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "all.json"
            file.write_text(out.getvalue())
            call_command("loaddata", str(file), verbosity=0)
        self.assertEqual(Order.objects.get().pk, 700)
        self.assertTrue(any(row["model"] == "shop.order" for row in json.loads(out.getvalue())))


class Served(LiveServerTestCase):
    def test_page_from_a_thread(self) -> None:
        User.objects.create_user("dora")
        for _ in range(5):
            request = urllib.request.Request(f"{self.live_server_url}/orders/", headers={"User-Agent": CHROME})
            with urllib.request.urlopen(request) as response:
                self.assertIn(b"0 orders", response.read())
