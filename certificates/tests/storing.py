"""What lies in the private storage, to see that nothing is left behind."""

from django.core.files.storage import storages


def stored() -> set[str]:
    """Every file of certificates and transcripts."""
    storage, found, folders = storages["private"], set(), ["certificates"]
    while folders:
        folder = folders.pop()
        if storage.exists(folder):
            below, files = storage.listdir(folder)
            folders += [f"{folder}/{one}" for one in below]
            found |= {f"{folder}/{one}" for one in files}
    return found
