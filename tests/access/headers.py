"""What is missing or loose in an answer that people or programs get."""

from outreach.mail_frames import POLICY as OF_A_MAIL_IN_A_FRAME

# SDKs ask for these from other sites and may keep them for a while.
KEPT = ("segment_settings", "rudderstack_settings", "posthog_config", "posthog_flags")
# Shown within our own pages.
FRAMED = ("surveys:survey_preview_mail", "surveys:survey_preview_page", "surveys:invitation_mail")


def faults(answer, route: str = "") -> list[str]:
    """What is missing or loose in one answer of the route of this name."""
    is_framed = route in FRAMED and answer.status_code == 200
    ancestors, frame = ("'self'", "SAMEORIGIN") if is_framed else ("'none'", "DENY")
    policy = answer.headers.get("Content-Security-Policy", "")
    directives = dict([*part.split(), ""][:2] for part in policy.split(";"))
    good = {
        "policy": directives.get("default-src") == "'none'"
        and ("unsafe" not in policy or (is_framed and policy == OF_A_MAIL_IN_A_FRAME)),
        "base": directives.get("base-uri") == "'none'",
        "frames": directives.get("frame-ancestors") == ancestors,
        "hosts": "http" not in policy and "*" not in policy,
        "nosniff": answer.headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": answer.headers.get("Referrer-Policy") in {"same-origin", "no-referrer"},
        "frame": answer.headers.get("X-Frame-Options") == frame,
        "opener": answer.headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "permissions": "camera=()" in answer.headers.get("Permissions-Policy", ""),
        "https": answer.headers.get("Strict-Transport-Security", "").startswith("max-age=31536000"),
        "type": "Content-Type" in answer.headers or not answer.content,
        "storing": route in KEPT or may_not_be_kept(answer),
        "server": "X-Powered-By" not in answer.headers,
    }
    return [name for name, is_good in good.items() if not is_good] + loose_cookies(answer)


def may_not_be_kept(answer) -> bool:
    """Not at all; or, for programs that ask again with an ETag, by the program itself."""
    said = answer.headers.get("Cache-Control", "")
    return "no-store" in said or ("private" in said and "no-cache" in said)


def loose_cookies(answer) -> list[str]:
    return [
        f"cookie {cookie.key}"
        for cookie in answer.cookies.values()
        if cookie.value
        and not (
            cookie.key.startswith("__Host-")
            and cookie["secure"] and cookie["httponly"] and cookie["samesite"] in {"Lax", "Strict"}
            and cookie["path"] == "/" and not cookie["domain"]
        )
    ]  # fmt: skip
