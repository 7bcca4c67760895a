"""What the web process's libraries would import only when it is first needed: imported now.

Nothing can be opened once the process has settled. A library that imports something else late gets
an error there; `tests/service/web/test_late_imports.py` finds it.
"""

import anyio._backends._asyncio
import anyio.streams.memory
import anyio.streams.stapled
import anyio.streams.tls

__all__ = ["anyio"]
