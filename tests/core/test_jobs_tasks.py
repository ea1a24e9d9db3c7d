"""Each job is a task of the site's own worker, on Django 6 or with the extra."""

from __future__ import annotations

import pytest

from onvif_privacy.core.models import Party
from tests.core.test_jobs import fails, job, once, only

tasks = pytest.importorskip("onvif_privacy.core.jobs.tasks", reason="no tasks without Django 6 or django-tasks")

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_job_is_enqueued_by_name_and_its_outcome_comes_back() -> None:
    with only(job(once)):
        result = tasks.run_job.enqueue("test.job")
    assert result.status.name == "SUCCESSFUL"
    assert result.return_value == "done"
    assert Party.objects.count() == 1


def test_a_failed_job_is_a_failed_task_that_names_the_reason() -> None:
    with only(job(fails)):
        result = tasks.run_job.enqueue("test.job")
    assert result.status.name == "FAILED"
    assert "test.job: ZeroDivisionError" in result.errors[0].traceback
