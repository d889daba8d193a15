"""The back office names a file to those who work with it; Wagtail's own side doors would name it to everybody."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from wagtail.models import Collection, GroupCollectionPermission

from accounts.models import User
from library.tests.factories import make_handout, make_picture, make_recording

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def team_member(name: str) -> tuple[Client, Collection]:
    """Somebody who works with the files of one collection, and that collection."""
    collection = Collection.get_first_root_node().add_child(name=name)
    group = Group.objects.create(name=name)
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for app_label, codename in (
        ("wagtailimages", "choose_image"),
        ("wagtaildocs", "choose_document"),
        ("wagtailmedia", "change_media"),
    ):
        permission = Permission.objects.get(content_type__app_label=app_label, codename=codename)
        GroupCollectionPermission.objects.create(group=group, collection=collection, permission=permission)
    person = User.objects.create_user(f"{name}@example.com", "still-point-demo", is_staff=True)
    person.groups.add(group)
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client, collection


@pytest.mark.parametrize(("endpoint", "make"), [("images", make_picture), ("documents", make_handout)])
def test_the_list_for_scripts_names_own_files_only(endpoint, make):
    mine, collection = team_member("mine")
    foreign, _ = team_member("foreign")
    file = make()
    type(file).objects.filter(pk=file.pk).update(collection=collection)
    address = f"/admin/api/main/{endpoint}/"
    assert [item["id"] for item in mine.get(address).json()["items"]] == [file.pk]
    assert foreign.get(address).json()["items"] == []
    assert [client.get(f"{address}{file.pk}/").status_code for client in (mine, foreign)] == [200, 404]


def test_where_a_recording_is_used_is_told_to_those_who_work_with_it():
    mine, collection = team_member("mine")
    foreign, _ = team_member("foreign")
    recording = make_recording()
    type(recording).objects.filter(pk=recording.pk).update(collection=collection)
    address = f"/admin/media/usage/{recording.pk}/"
    assert [client.get(address).status_code for client in (mine, foreign)] == [200, 404]
