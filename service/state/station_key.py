"""The station's key: Ed25519, made at its first start, kept beside the audit trail's."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.state.files import cause, write_atomically

KEY = "attestation.key"


class StationKeyError(Exception):
    """The key cannot be used. The sentence says what to do."""


def station_key(state: Path) -> Ed25519PrivateKey:
    """Return the key of the station whose state folder this is; the first time it is made.

    Raises
    ------
    StationKeyError
        When it is damaged or the folder does not take it.
    """
    path = state / KEY
    try:
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except FileNotFoundError:
        key = Ed25519PrivateKey.generate()
        try:
            write_atomically(path, key.private_bytes_raw())
        except OSError as error:
            raise StationKeyError(
                f"The station's key cannot be kept in {path} {cause(error)}"
            ) from error
        return key
    except (OSError, ValueError) as error:
        raise StationKeyError(
            f"The station's key {path} cannot be used ({error}). Move it away: the next start "
            "makes a new one, by which auditors will know that it is another."
        ) from error
