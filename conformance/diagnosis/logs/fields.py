"""What the fields of a server's log mean, however they are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from conformance.diagnosis.carriers import is_key_name
from conformance.diagnosis.decoded import without_surrogates
from conformance.diagnosis.logs.line import flat
from conformance.diagnosis.times import seconds

if TYPE_CHECKING:
    from conformance.diagnosis.logs.line import Record
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
# headers of an answer, which logs also name alone: its kind, and what a firewall writes there
_OF_ANSWER = re.compile(
    r"(?:sent_http_|upstream_http_|(?:response|resp|res)_(?:headers?_)?)?"
    r"(content[_-]type|cf[_-]mitigated|x[_-]sucuri[_-]block|x[_-]datadome)",
    re.IGNORECASE,
)
_OTHER = re.compile(r"[^a-z0-9]+")
_LINE = re.compile(r"([A-Z]{3,10}) (\S{1,16384})(?: HTTP/[0-9.]+)?")
_OUTER = ("at", "pod", "request_id", "host")  # which a collector of logs knows as well
_MOST_PLANS = 1000
_NONE = ("", "-", "null", "nil", "None")


class Fields(NamedTuple):
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


class _Plan(NamedTuple):
    """Where records with the same names have what: for each family the places to look at, the best one first.

    `sure` and `likely` are places of request headers with the names of these: in the latter stands a key only if it
    looks like one.
    """

    families: tuple[tuple[str, tuple[int, ...]], ...]
    sure: tuple[tuple[int, str], ...]
    likely: tuple[tuple[int, str], ...]
    answers: tuple[tuple[int, str], ...]
    has_all_headers: bool


class FieldReader:
    """Says what records mean; since most records of a log have the same names, each set of names is studied once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._plans: dict[tuple[tuple[str, ...], ...], _Plan] = {}

    def fields_of(self, record: Record, around: Record) -> Fields:
        """What a record means, and what stands around it where it says nothing itself."""
        places = flat(record)
        plan = self._plan_of(places)
        values = [value for _, value in places]
        best = _best(plan, values)
        if around:
            outer = flat(around)
            further = _best(self._plan_of(outer), [value for _, value in outer])
            best |= {name: further[name] for name in _OUTER if name in further and name not in best}
        told = {family: _text(value) for family, value in best.items()}
        headers = [(name, _text(values[at])) for at, name in plan.sure if not isinstance(values[at], bool | dict)]
        logged = frozenset(name.lower() for name, _ in headers)
        for at, name in plan.likely:
            if self._reading.shapes.secret_spans(text := _text(values[at])):
                headers.append((name, text))
        return Fields(
            {name: text for name, text in told.items() if text not in _NONE},
            tuple((name, text) for name, text in headers if text not in _NONE),
            logged,
            tuple((name, _text(values[at])) for at, name in plan.answers),
            seconds(best["at"]) if "at" in best else None,
            _status(best["status"]) if "status" in best else None,
            plan.has_all_headers,
        )

    def _plan_of(self, places: list[tuple[tuple[str, ...], Any]]) -> _Plan:
        paths = tuple(path for path, _ in places)
        plan = self._plans.get(paths)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[paths] = self._study(paths)
        return plan

    def _study(self, paths: tuple[tuple[str, ...], ...]) -> _Plan:
        ranked: dict[str, list[tuple[int, int]]] = {}
        sure, likely, answers = [], [], []
        has_all = False
        for at, path in enumerate(paths):
            for family, rank in _ranks(path):
                ranked.setdefault(family, []).append((rank, at))
            side, name = _header(path)
            if side == "request":
                sure.append((at, name))
                has_all = True
            elif side == "response":
                answers.append((at, name))
            elif answered := _OF_ANSWER.fullmatch(path[-1]):
                answers.append((at, answered[1].replace("_", "-")))
            elif self._names_key(path[-1]):
                continue  # a field of the log's own, which may shorten or mask what it names
            elif self._is_header(small := name.lower().replace("_", "-")) and not _is_answer(path):
                sure.append((at, name.replace("_", "-")))
            elif is_key_name(small, self._reading) and not _is_answer(path):
                likely.append((at, name.replace("_", "-")))
        families = tuple((family, tuple(at for _, at in sorted(found))) for family, found in ranked.items())
        return _Plan(families, tuple(sure), tuple(likely), tuple(answers), has_all)

    def _names_key(self, field: str) -> bool:
        return field.lower().replace("_", "-") in self._reading.surface.wrong_headers

    def _is_header(self, name: str) -> bool:
        return name in self._reading.surface.headers or name in self._reading.surface.wrong_headers


def _is_answer(path: tuple[str, ...]) -> bool:
    return "response" in path[0].lower()


def _best(plan: _Plan, values: list[Any]) -> dict[str, Any]:
    best: dict[str, Any] = {}
    for family, places in plan.families:
        for at in places:
            value = values[at]
            if value is not None and not isinstance(value, dict) and value not in ("", "-") and _fits(family, value):
                best[family] = value
                break
    return best


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
