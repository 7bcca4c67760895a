"""What the trail was told stands in the log, too, whatever the fields of an entry are called."""

from types import SimpleNamespace
from typing import Any, cast

from service.state.audit_events import EntriesWithheld
from service.supervisor.main import Supervisor


def test_an_entry_with_a_field_of_the_loggers_own_name_is_logged() -> None:
    said: list[tuple[str, dict[str, Any]]] = []
    log = SimpleNamespace(warning=lambda event, **fields: said.append((event, fields)))
    withheld = EntriesWithheld(event="process_lost", times=7)
    Supervisor._tell_log(cast("Any", SimpleNamespace(_log=log)), withheld)
    fields = {"kind": "entries_withheld", "of": "process_lost", "times": 7}
    assert said == [("written", fields)]
