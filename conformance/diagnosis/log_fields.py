"""What the fields of a server's log mean, however they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from conformance.diagnosis.carried import is_key_name
from conformance.diagnosis.decoded import without_surrogates
from conformance.diagnosis.log_line import flat
from conformance.diagnosis.times import seconds

if TYPE_CHECKING:
    from conformance.diagnosis.log_line import Record
    from conformance.diagnosis.reading import Reading
    from conformance.exchange import Headers

_LONGEST = 1 << 14  # characters
_FAMILIES = {
    "at": """requesttimeepoch timeiso8601 timelocal starttime startutc startedat requestreceivedat edgestarttimestamp
        time timestamp ts datetime eventtime requesttime edgeendtimestamp timems timeunixnano asctime msec date logtime
        when startlocal receivetimestamp instant observedtimestamp""",
    "method": "method requestmethod httpmethod verb clientrequestmethod reqmethod operation",
    "url": """url requesturl urlfull urloriginal uri requesturi clientrequesturl clientrequesturi path requestpath
        rawpath urlpath httptarget httpurl httppath xenvoyoriginalpath clientrequestpath resourcepath target
        endpoint route""",
    "host": """httphost requesthost authority clientrequesthost domainname requestdomainname urldomain requestaddr vhost
        hostheader host domain servername""",
    "status": """status statuscode responsestatus responsecode responsestatuscode httpstatus httpstatuscode
        edgeresponsestatus downstreamstatus elbstatuscode sc code originstatus""",
    "line": "request requestline",
    "key_id": """keyid apikeyid identityapikeyid requestcontextidentityapikeyid authkeyid credentialid
        consumercredentialid tokenid kid accesskeyid keyprefix apikeyprefix authenticatedentityid apikey key
        credentialidentifier clientkeyid""",
    "request_id": """requestid xrequestid requestheadersxrequestid reqid rayid cfray requestcontextrequestid
        xamznrequestid amznrequestid correlationid xcorrelationid traceid transactionid xid""",
    "address": """clientip remoteaddr remoteip clienthost clientaddr client sourceip identitysourceip
        requestcontextidentitysourceip downstreamremoteaddress remoteaddress xforwardedfor realip ip remote
        peeraddress clientport srcip""",
    "pod": """kubernetespodname podname pod sourceworkload sourcepod clientpod instanceid instance kubernetespod replica
        containername nodename hostname cloudregion region awsregion zone availabilityzone edgecolocode origin
        serviceinstanceid machine""",
    "client": """useragent httpuseragent useragentoriginal agent clientrequestuseragent requestuseragent
        identityuseragent requestcontextidentityuseragent ua""",
    "code": """errorcode errcode apierrorcode code reasoncode errortype authresult autherror responsecodedetails
        authorizererror failurecode""",
    "message": """errormessage errmessage errmsg reason authfailurereason failurereason errorreason authreason detail
        error message msg errordetail""",
    "body": "responsebody respbody responsepayload body",
}
_WRAPPERS = frozenset(
    re.findall(
        r"\S+",
        """request req http response res resp httprequest httpresponse log event context requestcontext data fields
        jsonpayload payload attributes labels access entry record message meta extra url auth authorization""",
    )
)
_HEADERS = frozenset({"headers", "header", "requestheaders", "reqheaders", "requestheader"})
_ANSWERS = frozenset({"response", "res", "resp", "responseheaders", "respheaders", "upstream"})
_BEFORE_HEADER = re.compile(r"(?:http_|req(?:uest)?_headers?_|req(?:uest)?_header_|req(?:uest)?_|headers?_)", re.I)
_OTHER = re.compile(r"[^a-z0-9]+")
_LINE = re.compile(r"([A-Z]{3,10}) (\S{1,16384})(?: HTTP/[0-9.]+)?")
_NONE = ("", "-", "null", "nil", "None")


@dataclass(frozen=True)
class Fields:
    """What a record says; empty where it says nothing.

    `headers` are those of the request that were logged, also those that were logged as empty, which `logged` names.
    """

    told: dict[str, str]
    headers: Headers
    logged: frozenset[str]
    response_headers: Headers
    at: float | None
    status: int | None
    has_all_headers: bool

    def of(self, family: str) -> str:
        """What it says of a family of fields."""
        return self.told.get(family, "")


@lru_cache(maxsize=4096)
def _ranks(path: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """The families that a path belongs to, each with its rank in it; the lowest rank counts."""
    parts = [part for name in path for part in name.lower().split(".")]
    whole = _OTHER.sub("", "".join(parts))
    inner = _OTHER.sub("", "".join(part for part in parts[:-1] if part not in _WRAPPERS) + parts[-1]) if parts else ""
    return tuple(
        (family, min(names.index(name) for name in (whole, inner) if name in names))
        for family, names in _NAMES.items()
        if whole in names or inner in names
    )


_NAMES = {family: names.split() for family, names in _FAMILIES.items()}


@lru_cache(maxsize=4096)
def _header(path: tuple[str, ...]) -> tuple[str, str]:
    """The side and the name of the header that a path leads to; no name where it leads to something else."""
    small = [name.lower() for name in path]
    holder = next(
        (at for at, name in enumerate(small[:-1]) if name.replace("_", "").replace("-", "") in _HEADERS), None
    )
    answers = any(name in _ANSWERS or name.startswith(("res", "upstream", "sent")) for name in small[:-1])
    if holder is not None or (answers and small[-2:-1] and "header" in small[-2]):
        return ("response" if answers else "request"), path[-1]
    last = path[-1] if path else ""
    return "field", _BEFORE_HEADER.sub("", last, count=1) if last else ""


def fields_of(record: Record, around: Record, reading: Reading) -> Fields:
    """What a record means, and what stands around it where it says nothing itself."""
    best: dict[str, tuple[int, Any]] = {}
    headers: list[tuple[str, str]] = []
    answer: list[tuple[str, str]] = []
    logged: set[str] = set()
    has_all = False
    for path, value in flat(record):
        side, name = _header(path)
        if side == "request" or (side == "field" and _carries_key(name, path, value, reading)):
            name = name if side == "request" else name.replace("_", "-")
            has_all = has_all or side == "request"
            logged.add(name.lower())
            if (text := _text(value)) not in _NONE:
                headers.append((name, text))
        elif side == "response":
            answer.append((name, _text(value)))
        _rank(best, path, value)
    _add_around(best, around)
    told = {family: _text(value) for family, (_, value) in best.items()}
    return Fields(
        {name: text for name, text in told.items() if text not in _NONE},
        tuple(headers),
        frozenset(logged),
        tuple(answer),
        seconds(best["at"][1]) if "at" in best else None,
        _status(best["status"][1]) if "status" in best else None,
        has_all,
    )


def _rank(best: dict[str, tuple[int, Any]], path: tuple[str, ...], value: Any) -> None:
    if value is None or isinstance(value, dict) or value in ("", "-"):
        return
    for family, rank in _ranks(path):
        if (family not in best or rank < best[family][0]) and _fits(family, value):
            best[family] = rank, value


def _fits(family: str, value: Any) -> bool:
    if family == "at":
        return seconds(value) is not None
    if family == "status":
        return _status(value) is not None
    if family == "line":
        return isinstance(value, str) and _LINE.fullmatch(value) is not None
    if family in ("url", "host", "method", "code", "message"):
        return isinstance(value, str) and (family != "url" or "/" in value)
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _add_around(best: dict[str, tuple[int, Any]], around: Record) -> None:
    """Times and places that a collector of logs knows, where the line says nothing of them."""
    outer: dict[str, tuple[int, Any]] = {}
    for path, value in flat(around):
        _rank(outer, path, value)
    for family in ("at", "pod", "request_id", "host"):
        if family in outer and family not in best:
            best[family] = outer[family]


def _carries_key(name: str, path: tuple[str, ...], value: Any, reading: Reading) -> bool:
    """Whether a field has the name of a header that a key may stand in, and is no fact about it."""
    small = name.lower().replace("_", "-")
    if isinstance(value, bool | dict | list) or "response" in path[0].lower():
        return False
    surface = reading.surface
    if small in surface.headers or small in surface.wrong_headers:
        return True
    return is_key_name(small, reading) and bool(reading.shapes.secret_spans(_text(value)))


def _status(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}(?:\.0)?", value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == 0 or 100 <= value < 600 else None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return without_surrogates(value[:_LONGEST])
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value[:20])
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18 else ""
