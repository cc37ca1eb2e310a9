"""Clients that make something else of a refusal than the error that is documented."""

from __future__ import annotations

import json

from client import ApiError, Client

from wrong.sources import NOTHING


class _Swallows(Client):
    status = 0

    def result(self, response):
        if response.status == self.status:
            return NOTHING
        return super().result(response)

    def upload(self, url, content):
        return super().upload(url, content) if url else None


class Swallows401(_Swallows):
    status = 401


class Swallows403(_Swallows):
    status = 403


class Swallows429(_Swallows):
    status = 429


class _TakesForAnswer(Client):
    """The body of a refusal is read as if it were what was asked for."""

    status = 0

    def result(self, response):
        if response.status != self.status:
            return super().result(response)
        return NOTHING | self.said(response)

    def upload(self, url, content):
        return super().upload(url, content) if url else None


class Takes401ForAnswer(_TakesForAnswer):
    status = 401


class Takes403ForAnswer(_TakesForAnswer):
    status = 403


class Takes429ForAnswer(_TakesForAnswer):
    status = 429


class _Renames(Client):
    """An error becomes another one, with all that it has."""

    def error(self, response):
        error = super().error(response)
        kind = self.renamed(error, response)
        return kind(error.message, error.status_code, error.code, error.request_id, error.retry_after)


class KnowsTheFlatFormOnly(_Renames):
    def renamed(self, error, response):
        try:
            flat = isinstance(json.loads(response.text)["error"], str)
        except (ValueError, KeyError):
            flat = False
        return type(error) if flat or error.status_code != 401 else ApiError


class FileMissingError(ApiError): ...


class LimitReachedError(ApiError): ...


class TakesNotFoundForFile(_Renames):
    def renamed(self, error, response):
        return FileMissingError if "not found" in error.message else type(error)


class TakesLimitedForLimit(_Renames):
    def renamed(self, error, response):
        return LimitReachedError if "limited" in response.text and response.status == 403 else type(error)


class _Loses(Client):
    lost = ""
    of = ()

    def error(self, response):
        error = super().error(response)
        if response.status in self.of:
            setattr(error, self.lost, None)
        return error


class LosesStatusOf401(_Loses):
    lost, of = "status_code", (401,)


class LosesStatusOf403(_Loses):
    lost, of = "status_code", (403,)


class LosesStatusOf429(_Loses):
    lost, of = "status_code", (429,)


class _Restates(Client):
    """The error has the status, or the code, of another refusal."""

    status, name, value = 0, "", None

    def error(self, response):
        error = super().error(response)
        if response.status == self.status:
            setattr(error, self.name, self.value)
        return error


class Takes403For401(_Restates):
    status, name, value = 403, "status_code", 401


class Takes429For503(_Restates):
    status, name, value = 429, "status_code", 503


class HasItsOwnCodeFor401(_Restates):
    status, name, value = 401, "code", "AUTH_ERROR"


class HasItsOwnCodeFor403(_Restates):
    status, name, value = 403, "code", "AUTH_ERROR"


class HasItsOwnCodeFor429(_Restates):
    status, name, value = 429, "code", "TRY_LATER"


class LosesCodeOf401(_Loses):
    lost, of = "code", (401,)


class LosesCodeOf403(_Loses):
    lost, of = "code", (403,)


class LosesCodeOf429(_Loses):
    lost, of = "code", (429,)


class LosesRetryAfter(_Loses):
    lost, of = "retry_after", (429,)


class LooksForRequestIdInBody(Client):
    def error(self, response):
        return super().error(response._replace(headers={}) if response.status == 401 else response)


class LooksForRequestIdInHeader(Client):
    def said(self, response):
        return super().said(response) | {"request_id": None}


class LosesMessage(Client):
    def error(self, response):
        error = super().error(response)
        error.message = "" if response.status == 401 else error.message
        return error


class DumpsJson(Client):
    def said(self, response):
        said = super().said(response)
        return said | {"message": response.text} if said["message"] else said


class DumpsStatus(Client):
    def said(self, response):
        return super().said(response) | {"message": f"Request failed with status code {response.status}"}


class _Retries(Client):
    status = 0

    def __init__(self, *words, **named):
        super().__init__(*words, **named)
        self.attempts = 2

    def pause(self, response):
        return 0 if response.status == self.status else None


class Retries401(_Retries):
    status = 401


class Retries403(_Retries):
    status = 403


class Retries401WithQuery(Client):
    def ask(self, method, path, fields=None):
        try:
            return super().ask(method, path, fields)
        except ApiError as error:
            if error.status_code != 401:
                raise
            return super().ask(method, f"{path}?retry=1", fields)


class Retries429AtOnce(_Retries):
    status = 429


class Retries429WithoutEnd(Client):
    def __init__(self, *words, **named):
        super().__init__(*words, **named)
        self.attempts = 12  # an end that nobody would call one

    def pause(self, response):
        return 0.01 if response.status == 429 else None
