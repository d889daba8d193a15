"""Wagtail's own groups and workflow go: our roles are made after every migrate (home.admin.roles)."""

from django.db import migrations

GROUPS = ("Moderators", "Editors")
WORKFLOW = "Moderators approval"


def remove_stock_roles(apps, schema_editor):
    """Only where nobody uses them."""
    Workflow = apps.get_model("wagtailcore", "Workflow")
    Task = apps.get_model("wagtailcore", "Task")
    WorkflowState = apps.get_model("wagtailcore", "WorkflowState")
    Group = apps.get_model("auth", "Group")
    if not WorkflowState.objects.filter(workflow__name=WORKFLOW).exists():
        Workflow.objects.filter(name=WORKFLOW).delete()
        Task.objects.filter(name=WORKFLOW).delete()
    Group.objects.filter(name__in=GROUPS, user=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0001_initial"),
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailmedia", "0005_alter_media_options"),
    ]

    operations = [migrations.RunPython(remove_stock_roles, migrations.RunPython.noop)]
