"""Where a request comes from and where its reader wanted to go."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def address_of(request: HttpRequest) -> str:
    """Where the request came from; a proxy's word is taken only where one is configured (KAIBO_TLS)."""
    from django.conf import settings

    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.IS_TLS and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def next_page(request: HttpRequest) -> str:
    """The page asked for before the login, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else "/"
