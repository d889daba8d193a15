"""The same file from several windows at once: each question once, on both databases."""

from typing import Any

import pytest

from quizzes.models import Question, QuestionBank, QuestionImport, QuestionVersion
from quizzes.services.interchange import confirm_import, import_questions, look_at_file

from .test_races import at_once, problems

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.both_databases]
GIFT = b"// [id:a]\nBone is alive. {T}\n\nWhich? {=a ~b}\n"


def test_one_file_imported_ten_times_at_once_is_imported_once() -> None:
    bank = QuestionBank.objects.create(name="Anatomy")
    results = at_once(lambda _: import_questions(bank=bank, content=GIFT, format="gift"), 10)
    assert problems(results) == []
    assert sorted(report["imported"] for report in results) == [0] * 9 + [2]
    assert (Question.objects.count(), QuestionVersion.objects.count()) == (2, 2)


def test_one_upload_confirmed_ten_times_at_once_is_stored_once(django_user_model: Any) -> None:
    user = django_user_model.objects.create_user("author@example.com", "x" * 12)
    bank = QuestionBank.objects.create(name="Anatomy")
    upload = look_at_file(bank=bank, user=user, name="a.gift", content=GIFT, format="gift")
    results = at_once(lambda _: confirm_import(upload=upload), 10)
    assert problems(results) == []
    assert {kept.report["imported"] for kept in results} == {2}
    assert (Question.objects.count(), bytes(QuestionImport.objects.get().content)) == (2, b"")
