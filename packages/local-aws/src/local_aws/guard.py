"""Who may ask: programs of this machine, and no web page.

Whatever a page of some site sends to localhost arrives like a program's request, and a
training job runs any command. So a request that a browser marks as another site's is
refused, as is one whose `Host` is a name that others may point here (DNS rebinding).
No answer has CORS headers, so no page can read one either.
"""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from local_aws.errors import AwsError, render

#: `localhost`, names below it (SDKs ask `<bucket>.localhost`), and loopback addresses.
LOCAL_HOST = re.compile(r"(?:[\w.-]+\.)?localhost|127\.0\.0\.1|\[::1\]")
#: What browsers send with a request of the user or of the very same origin.
#: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
OWN_SITES = {"none", "same-origin"}


def guarded(application: WSGIApplication, hosts: Sequence[str]) -> WSGIApplication:
    """Return an application that answers only what no foreign web page sent.

    Parameters
    ----------
    hosts
        Names that `Host` may have besides those of this machine.
    """

    def guard(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        reason = refusal(environ, hosts)
        if reason is None:
            return application(environ, start_response)
        return render(AwsError(403, "AccessDenied", reason), "json")(
            environ, start_response
        )

    return guard


def refusal(environ: WSGIEnvironment, hosts: Sequence[str]) -> str | None:
    """Return why a request is refused, or None."""
    host = str(environ.get("HTTP_HOST", ""))
    name = re.sub(r":\d*$", "", host).lower()
    if not LOCAL_HOST.fullmatch(name) and name not in hosts:
        return (
            f"Local AWS answers localhost, got the host {name!r}; start it with "
            "--allow-host NAME to add a name."
        )
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return f"Local AWS answers no web pages, got one of the origin {origin!r}."
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site is not None and site not in OWN_SITES:
        return f"Local AWS answers no web pages, got Sec-Fetch-Site {site!r}."
    return None
