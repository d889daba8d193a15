"""Which uploaded pictures and recordings the versions of questions show.

A version pins a picture by the hash of its file, and shows the file that the picture has now. Replacing the file does
not reach back into the version: its hash stays, so statistics and reviews know that what was met is no longer what is
shown, and the next publish makes a new version. Wagtail deletes the replaced file; keeping every one of them would also
keep what was replaced because it must not be shown (a person without a release).
"""

from collections.abc import Iterable

from library.models import Picture, Recording
from quizzes.models import QuestionVersion, VersionPicture, VersionRecording
from quizzes.questions.pictures import uploaded_pictures
from quizzes.questions.recordings import shown_recordings


def link_pictures(versions: Iterable[QuestionVersion]) -> None:
    """Record what stored versions show: those pictures are no longer deleted, and whoever met a version may see them.

    Whoever inserts versions in bulk calls it for all of them at once. Doing it again changes nothing.
    """
    named = {(version.pk, picture) for version in versions for picture in uploaded_pictures(version.public)}
    if not named:
        return
    existing = set(Picture.objects.filter(pk__in={picture for _, picture in named}).values_list("pk", flat=True))
    rows = [VersionPicture(version_id=version, picture_id=picture) for version, picture in sorted(named)]
    VersionPicture.objects.bulk_create([row for row in rows if row.picture_id in existing], ignore_conflicts=True)


def link_recordings(versions: Iterable[QuestionVersion]) -> None:
    """The same for recordings."""
    named = {(version.pk, recording) for version in versions for recording in shown_recordings(version.public)}
    if not named:
        return
    existing = set(Recording.objects.filter(pk__in={recording for _, recording in named}).values_list("pk", flat=True))
    rows = [VersionRecording(version_id=version, recording_id=recording) for version, recording in sorted(named)]
    VersionRecording.objects.bulk_create([row for row in rows if row.recording_id in existing], ignore_conflicts=True)
