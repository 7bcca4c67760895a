"""What the supervisor and the web process say to each other: typed messages over packet sockets.

Numbers and words travel here, never pixels; and nothing of it comes from the worker.

    worker -> supervisor   records, never messages: `service.ipc.records`
    supervisor -> worker   `service.ipc.orders`
    supervisor -> web      View (every frame), CheckCode, Picture (carries a descriptor), Welcoming,
                           a Reply, Stop
    web -> supervisor      Screens, and the requests of guards and admins
"""

from pydantic import TypeAdapter

from service.ipc.orders import Stop
from service.ipc.replies import Reply
from service.ipc.requests import AdminRequest, CalibrationRequest, GuardRequest, Screens
from service.ipc.view import CheckCode, Picture, View
from service.ipc.visitor_window import Welcoming
from service.ipc.vocabulary import Vocabulary

ToWeb = View | CheckCode | Picture | Welcoming | Reply | Stop
FromWeb = Screens | GuardRequest | AdminRequest | CalibrationRequest
MESSAGES = Vocabulary(ToWeb | FromWeb)
VIEW: TypeAdapter[View] = TypeAdapter(View)
