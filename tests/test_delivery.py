"""The mail itself and its way out: bytes, headers, both parts, a real SMTP server, a folder."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP

import html5lib
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.postal import Post, certificate, free_port, mail_server, only, tls
from wirewatch.delivery import (
    Deferred,
    Failed,
    Sent,
    links_for,
    outbox_folder,
    outbox_name,
    render_digest,
    send_mail,
    subscriber_of,
    text_of,
    unsubscribe_token,
    write_outbox,
)
from wirewatch.delivery.mail import NO_SUCH_USER
from wirewatch.delivery.rendering import LONGEST_HTML, TEXT_WIDTH, folded
from wirewatch.delivery.states import (
    GIVE_UP_AFTER,
    SENDING_LEASE,
    claimed,
    planned,
    rendered,
    settled,
    suppressed,
)
from wirewatch.delivery.wording import LONGEST_PREHEADER, LONGEST_SUBJECT, preheader, subject, web_address
from wirewatch.digests import BACKFILL
from wirewatch.records import Digest, DigestItem, Subscriber
from wirewatch.settings import SettingsError, load_settings
from wirewatch.windows import Window, digest_key

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WINDOW = Window(kind="daily", start=NOON - timedelta(days=1), end=NOON)
READER = Subscriber(name="night-desk", address="desk@reader.example", zone="Asia/Seoul")


def item(number=1, **fields) -> DigestItem:
    defaults = {
        "story_key": f"s{number}",
        "revision": 1,
        "kind": "new",
        "headline": f"Two soldiers cross the line ({number})",
        "summary": "Two soldiers crossed the line on Friday, the Joint Staff said.",
        "publisher": "Harbour Post",
        "url": f"https://harbour.example/{number}?a=1&b=2",
        "independent_reports": 2,
        "copies": 0,
        "topics": ("defection",),
        "why": ("defection: “crossed the line”",),
        "first_seen_at": NOON - timedelta(hours=5),
        "last_seen_at": NOON - timedelta(hours=1),
    }
    return DigestItem(**{**defaults, **fields})


def digest(*items, **fields) -> Digest:
    defaults = {
        "digest_key": digest_key("night-desk", WINDOW),
        "subscriber": "night-desk",
        "kind": "daily",
        "window_start": WINDOW.start,
        "window_end": WINDOW.end,
        "items": items,
        "data_as_of": NOON,
    }
    return Digest(**{**defaults, **fields})


@pytest.fixture
def home(tmp_path):
    def made(**values):
        environ = {f"WIREWATCH_{name.upper()}": str(value) for name, value in values.items()}
        return load_settings(environ={"WIREWATCH_HOME": str(tmp_path / "home"), **environ})

    return made


@pytest.fixture
def public(home):
    return home(public_url="https://desk.reader.example/", contact="ops@reader.example", secret_key="k1")


def headers(mail):
    return message_from_bytes(mail.eml, policy=SMTP)


FULL = digest(
    item(
        1,
        kind="update",
        changes=("+3 independent reports since Tuesday", "denied, as Radio East reports"),
        conflicts=("troops: 300 (Agency A) against 1,000 (Ministry B)",),
        copies=2,
        others=(("Radio East", "https://radio.example/x"), ("Листок", "https://listok.example/й")),
    ),
    item(2, headline="북한군 병사 2명 군사분계선 넘어 귀순", language="ko", publisher="항구일보"),
    item(3, kind="single", independent_reports=1, labels=("single source", "only state media report this")),
    left_out=(("s8", 1), ("s9", 1)),
    backfilled=1,
    feeds_silent=2,
)


# --------------------------------------------------------------------------- the bytes


def test_the_same_digest_gives_the_same_bytes(public):
    first, again = (render_digest(FULL, READER, public).eml for _ in range(2))
    assert first == again


def test_the_headers_say_what_lists_and_mail_programs_need(public):
    mail = render_digest(FULL, READER, public)
    found = headers(mail)
    assert found["Message-ID"] == f"<{FULL.digest_key}@wirewatch.example>" == mail.message_id
    assert found["Date"].datetime == NOON
    assert found["From"] == "Wirewatch <digest@wirewatch.example>"
    assert found["To"] == "desk@reader.example"
    assert found["Reply-To"] == "ops@reader.example"
    assert found["List-Id"] == "Wirewatch digests <digests.wirewatch.example>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Precedence"] == "bulk"
    assert found.get_boundary() == f"=_{FULL.digest_key}"
    assert found.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    assert text_of(mail.eml) == mail.text


def test_a_long_unsubscribe_address_stays_readable_in_its_header(public):
    reader = replace(READER, name="n" * 64)
    mail = render_digest(FULL, reader, replace(public, public_url=f"https://{'desk.' * 20}example"))
    lines = mail.eml.split(b"\r\n\r\n")[0].decode()
    assert f"/u/{unsubscribe_token(reader.name, public)}>" in lines
    assert "=?utf-8?q?=3Chttps" not in lines
    web, by_mail = re.findall(r"<([^>]+)>", headers(mail)["List-Unsubscribe"])
    assert web.startswith("https://")
    assert by_mail.startswith("mailto:ops@reader.example?subject=")


def test_one_click_is_promised_over_https_only(home):
    assert (
        headers(render_digest(FULL, READER, home(public_url="http://desk.example")))["List-Unsubscribe-Post"]
        is None
    )
    assert headers(render_digest(FULL, READER, home()))["List-Unsubscribe"] is None


def test_every_byte_is_plain_ascii_in_lines_that_servers_take(public):
    mail = render_digest(FULL, READER, public).eml
    mail.decode("ascii")
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    assert b"\n" not in mail.replace(b"\r\n", b"")


EVIL = "Bad\r\nBcc: victim@evil.example\r\n\r\n<script>alert(1)</script>\u202e\x00"


def test_what_feeds_say_cannot_make_headers_or_markup(public):
    evil = digest(
        item(
            1,
            headline=EVIL,
            summary=EVIL,
            publisher=EVIL,
            url="javascript:alert(1)",
            why=(EVIL,),
            changes=(EVIL,),
            conflicts=(EVIL,),
            others=((EVIL, "data:text/html,x"), (EVIL, 'https://x.example/"><img src=y>')),
        )
    )
    mail = render_digest(evil, READER, public)
    assert headers(mail)["Bcc"] is None
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert "javascript:" not in mail.html + mail.text
    assert "data:" not in mail.html + mail.text


@given(st.text(max_size=300), st.text(max_size=300))
@hypothesis_settings(max_examples=60, deadline=None)
def test_no_text_breaks_headers_or_html(headline, publisher):
    settings = load_settings(environ={"WIREWATCH_HOME": "/nonexistent"})
    mail = render_digest(digest(item(1, headline=headline, publisher=publisher)), READER, settings)
    found = headers(mail)
    assert found.keys() == headers(render_digest(digest(item(1)), READER, settings)).keys()
    assert found["Subject"] == mail.subject
    html5lib.HTMLParser(strict=True).parse(mail.html)


@pytest.mark.parametrize(
    "headline",
    [
        "북한군 병사 2명이 군사분계선을 넘어 귀순했다고 합동참모본부가 금요일 밝혔다 추가 조사",
        "На границе задержаны двое военнослужащих, сообщил штаб",
        "الجيش يعلن عبور جنديين خط الحدود يوم الجمعة",
        "朝鮮人民軍の兵士二人が軍事境界線を越えたと韓国軍が発表した",
    ],
)
def test_subjects_in_any_script_survive(public, headline):
    mail = render_digest(digest(item(1, headline=headline)), READER, public)
    assert headers(mail)["Subject"] == mail.subject
    assert mail.subject.rstrip("…") in headline
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?[^ ]+\?=", mail.eml.split(b"\r\n\r\n")[0]))


def test_a_sender_without_an_address_is_a_fault_of_the_settings(home):
    with pytest.raises(SettingsError, match="mail_from"):
        render_digest(FULL, READER, home(mail_from="Wirewatch"))


# --------------------------------------------------------------------------- both parts


def urls_in(text: str) -> set[str]:
    return set(re.findall(r"https?://[^\s\"<>]+", text))


def links_in(html: str) -> set[str]:
    document = html5lib.parse(html, namespaceHTMLElements=False)
    return {link.get("href") for link in document.iter("a")}


def test_text_and_html_hold_the_same_links(public):
    mail = render_digest(FULL, READER, public)
    assert links_in(mail.html) == urls_in(mail.text)
    assert "https://listok.example/%D0%B9" in links_in(mail.html)


def test_html_is_strictly_valid_loads_nothing_and_says_its_languages(public):
    mail = render_digest(FULL, READER, public)
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(mail.html)
    names = {element.tag for element in document.iter() if isinstance(element.tag, str)}
    assert not names & {"img", "link", "script", "iframe", "form", "object", "svg"}
    assert "url(" not in mail.html
    assert mail.html.index("<meta charset") < 1024  # where browsers look for it in a file
    assert "prefers-color-scheme: dark" in mail.html
    assert document.get("lang") == "en"
    assert {element.get("lang") for element in document.iter("h3")} == {"ko", None}
    assert all(table.get("role") == "presentation" for table in document.iter("table"))
    assert len(list(document.iter("h1"))) == 1


def test_the_text_is_written_for_readers_of_text(public):
    text = render_digest(FULL, READER, public).text
    assert text.startswith("Your daily digest\nThu 19 Nov, 21:00 to Fri 20 Nov, 21:00 (Asia/Seoul)\n")
    assert "\nCHANGED SINCE YOU LAST READ OF IT\n\n* Two soldiers cross the line (1)\n" in text
    assert "  Changed: +3 independent reports since Tuesday\n" in text
    assert "  Reports differ: troops: 300 (Agency A) against 1,000 (Ministry B)\n" in text
    assert "  2 independent reports; 2 copies not counted; first seen" in text
    assert "  Why: defection: “crossed the line”\n" in text
    assert "SINGLE SOURCE, NOT CONFIRMED BY ANOTHER" in text
    assert "  [only state media report this]\n" in text
    assert "... and 2 more stories, less well sourced; 1 older story from feeds" in text
    assert "! 2 feeds were not reached for a day or more" in text
    assert "\n\n\n\n" not in text
    assert all(len(line) <= TEXT_WIDTH for line in text.splitlines() if "://" not in line)


def test_an_empty_digest_says_that_nothing_is_new_and_a_standing_still_one_that_it_knows_nothing(public):
    quiet = render_digest(digest(), READER, public)
    assert quiet.subject == "Nothing new"
    assert "Nothing new on what you follow." in quiet.text
    stale = render_digest(digest(data_as_of=NOON - timedelta(days=3)), READER, public)
    assert stale.subject == "No news collected: the collectors stand still"
    assert "no feed has been reached since Tue 17 Nov, 21:00" in " ".join(stale.text.split())
    assert "Nothing new" not in stale.text


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([item(1)], "Two soldiers cross the line (1)"),
        ([item(1, kind="update")], "Update: Two soldiers cross the line (1)"),
        ([item(1, kind="single", independent_reports=1)], "Single source: Two soldiers cross the line (1)"),
        ([item(1), item(2), item(3, topics=("troop_deployment",))], "3 new: defection, troop deployment"),
        ([item(1, kind="update"), item(2)], "1 new: defection; 1 update"),
        ([item(1, kind="update"), item(2, kind="corroborated")], "2 updates: defection"),
    ],
)
def test_the_subject_is_concrete(items, says):
    assert subject(digest(*items)) == says


@given(
    st.lists(
        st.builds(
            item,
            headline=st.text(max_size=200),
            kind=st.sampled_from(["new", "update", "single"]),
            topics=st.lists(st.text("abc_", min_size=1, max_size=50), max_size=3).map(tuple),
        ),
        max_size=9,
    )
)
def test_subject_and_preheader_fit(items):
    assert len(subject(digest(*items))) <= LONGEST_SUBJECT
    assert len(preheader(digest(*items))) <= LONGEST_PREHEADER + 20


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://x.example/",
        "https://",
        "http://[",
        "https://a b.example/",
        "//x.example",
        "",
    ],
)
def test_readers_are_sent_to_web_addresses_only(url):
    assert web_address(url) is None


@given(st.text(), st.integers(0, 6))
def test_folding_loses_nothing_and_fits(text, indent):
    text = " ".join(text.split())
    lines = folded(text, indent).split("\n" + " " * indent)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= TEXT_WIDTH - indent or " " not in line for line in lines)


def test_what_is_true_of_every_story_is_said_once(public):
    old = digest(*(item(n, labels=(BACKFILL,)) for n in range(3)))
    text = render_digest(old, READER, public).text
    assert text.count("first read") == 1
    assert render_digest(replace(old, items=(*old.items, item(9))), READER, public).text.count(BACKFILL) == 3


# --------------------------------------------------------------------------- size


def test_five_hundred_stories_fit_below_the_limit_of_mail_programs(public):
    long = [
        item(n, summary="조사 중이다. " * 30, others=(("Radio", f"https://r.example/{n}"),))
        for n in range(500)
    ]
    mail = render_digest(digest(*long), READER, public)
    assert len(mail.html.encode()) <= LONGEST_HTML
    assert len(mail.html.encode()) > LONGEST_HTML * 0.95
    shown = len(mail.digest.items)
    assert 20 < shown < 500
    assert len(mail.digest.left_out) == 500 - shown
    assert f"and {500 - shown} more stories" in mail.text
    assert mail.text.count("\n* ") == shown
    assert links_in(mail.html) == urls_in(mail.text)


# --------------------------------------------------------------------------- colours

PAIRS = re.compile(r"([.\w, ]+) \{([^}]*)\}")


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_colour_can_be_read_on_every_ground_it_stands_on(scheme):
    from importlib.resources import files

    source = (files("wirewatch.delivery") / "templates" / "digest.html.j2").read_text()
    light, dark = re.search(r"<style>(.*?)</style>.*?@media([^\0]*?)</style>", source, re.DOTALL).groups()
    rules = dict(
        re.findall(r"([^{}\n]+?) \{([^}]*)\}", light if scheme == "light" else dark.split("{", 1)[1])
    )
    colours = {
        name: m[1] for name, body in rules.items() if (m := re.search(r"(?<!-)\bcolor: (#\w{6})", body))
    }
    grounds = {
        name: m[1] for name, body in rules.items() if (m := re.search(r"background-color: (#\w{6})", body))
    }
    warning = {name: colours.pop(name) for name in list(colours) if name.startswith(".warning")}
    for ground_name, ground in grounds.items():
        on_it = warning if ground_name == ".warning" else colours
        assert on_it
        for name, colour in on_it.items():
            assert contrast(colour, ground) >= 4.5, (scheme, name, ground_name)
    assert not {"#000000", "#ffffff"} & {*colours.values(), *grounds.values()}


# --------------------------------------------------------------------------- leaving


def test_a_token_says_who_and_cannot_be_forged(public, home):
    token = unsubscribe_token("night-desk", public)
    assert subscriber_of(token, public) == "night-desk"
    other = unsubscribe_token("other", public).split(".")
    _, key, signature = token.split(".")
    assert subscriber_of(f"{other[0]}.{key}.{signature}", public) is None
    assert subscriber_of(token[:-1], public) is None
    assert subscriber_of(token, home(secret_key="k2")) is None


@given(st.text(max_size=80))
def test_no_text_is_a_token(text):
    settings = load_settings(environ={"WIREWATCH_SECRET_KEY": "k1"})
    assert subscriber_of(text, settings) is None


def test_a_replaced_secret_still_opens_old_links(home):
    token = unsubscribe_token("night-desk", home(secret_key="old"))
    assert subscriber_of(token, home(secret_key="new old")) == "night-desk"


def test_a_secret_that_nobody_set_is_made_once_and_kept_from_others(home):
    settings = home(public_url="https://desk.example")
    assert links_for("a", settings) == links_for("a", settings)
    assert (settings.home / "secret-key").stat().st_mode & 0o077 == 0


# --------------------------------------------------------------------------- SMTP


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def by(home, post):
    """Send to an address through a plain server on loopback."""

    def send(recipient="desk@reader.example", **options):
        with mail_server(post, **options) as port:
            return send_mail(home(smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=0), recipient, EML)

    return send


EML = b"Message-ID: <1@wirewatch.example>\r\nSubject: x\r\n\r\nhello\r\n"


def test_a_mail_that_is_taken_arrives_as_it_was_stored(by, post):
    assert by() == Sent()
    assert post.mails == [("desk@reader.example", EML)]


@pytest.mark.parametrize(
    ("recipient", "verdict", "reason"),
    [
        ("dead", Failed, f"{NO_SUCH_USER}: 550 5.1.1 <(recipient)>: user unknown"),
        ("old", Failed, f"{NO_SUCH_USER}: 550 no such user (recipient) here"),
        ("spam", Failed, "recipient refused for good: 550 5.7.1 we do not like you"),
        ("busy", Deferred, "recipient refused for now: 451 4.7.1 greylisted, come again"),
        ("full", Deferred, "recipient refused for now: 452 4.2.2 mailbox of (recipient) is full"),
    ],
)
def test_what_a_server_says_of_a_recipient_is_told_apart_and_names_no_address(
    by, post, recipient, verdict, reason
):
    assert by(f"{recipient}@reader.example") == verdict(reason=reason)
    assert post.mails == []


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("554 5.6.0 spam", Failed(reason="message refused for good: 554 5.6.0 spam")),
        ("452 4.3.1 disk full", Deferred(reason="message refused for now: 452 4.3.1 disk full")),
    ],
)
def test_what_a_server_says_of_a_message_is_told_apart(by, post, reply, verdict):
    post.refuse_data = reply
    assert by() == verdict


def test_a_refused_sender_is_ours_to_mend_and_loses_nothing(by, post):
    post.refuse_sender = "553 5.7.1 not yours"
    assert by() == Deferred(reason="the mail server refused the sender: 553 5.7.1 not yours")


def test_a_server_that_hangs_up_after_the_mail_defers_it_for_the_same_bytes_again(by, post):
    post.hang_up_after_data = True
    assert "hung up after the mail may have been handed over" in by().reason
    post.hang_up_after_data = False
    assert by() == Sent()
    assert [eml for _, eml in post.mails] == [EML, EML]


def test_a_server_that_is_down_defers(home):
    verdict = send_mail(
        home(smtp_host="127.0.0.1", smtp_port=free_port(), smtp_starttls=0), "a@b.example", EML
    )
    assert verdict == Deferred(reason="no connection to the mail server: Connection refused")


def test_a_host_that_does_not_exist_defers(home):
    verdict = send_mail(home(smtp_host="mail.invalid", smtp_starttls=0), "a@b.example", EML)
    assert isinstance(verdict, Deferred)


def test_without_the_tls_that_was_asked_for_nothing_is_sent(home, post):
    with mail_server(post) as port:
        verdict = send_mail(home(smtp_host="127.0.0.1", smtp_port=port), "a@b.example", EML)
    assert "offers no TLS" in verdict.reason
    assert post.mails == []


def test_a_password_never_goes_to_another_machine_in_clear(home, post):
    with mail_server(post) as port:
        here = home(smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=0, smtp_user="u", smtp_password="p")
        # 127.0.0.1 may; a name that only the resolver knows to be this machine may not.
        verdict = send_mail(replace(here, smtp_host="0.0.0.0"), "a@b.example", EML)
    assert "over TLS only" in verdict.reason
    assert post.mails == []


def test_with_tls_and_the_right_password_mail_goes_out(home, post, tmp_path):
    server, client = tls(certificate(tmp_path))
    secured = {
        "tls_context": server,
        "require_starttls": True,
        "authenticator": only("u", "p"),
        "auth_required": True,
    }
    with mail_server(post, **secured) as port:
        good = home(smtp_host="127.0.0.1", smtp_port=port, smtp_user="u", smtp_password="p")
        assert send_mail(good, "a@b.example", EML, context=client) == Sent()
        wrong = send_mail(replace(good, smtp_password="no"), "a@b.example", EML, context=client)
        stranger = send_mail(good, "a@b.example", EML)
    assert "refused user and password: 535" in wrong.reason
    assert "no secure connection" in stranger.reason
    assert len(post.mails) == 1


# --------------------------------------------------------------------------- a folder


def test_a_folder_gets_the_three_files_whole_and_never_twice(home, tmp_path):
    settings = home()
    mail = render_digest(FULL, READER, settings)
    row = planned(READER, WINDOW, NOON)
    for _ in range(2):
        assert write_outbox(tmp_path / "box", outbox_name(row), mail.eml) == Sent()
    names = sorted(file.name for file in (tmp_path / "box").iterdir())
    stem = f"2026-11-20T1200Z-daily-{FULL.digest_key[:8]}"
    assert names == [f"{stem}.eml", f"{stem}.html", f"{stem}.txt"]
    assert (tmp_path / "box" / f"{stem}.eml").read_bytes() == mail.eml
    assert (tmp_path / "box" / f"{stem}.txt").read_text() == mail.text
    assert (tmp_path / "box" / f"{stem}.html").read_text() == mail.html


def test_a_folder_that_cannot_be_written_defers(tmp_path):
    (tmp_path / "file").write_text("")
    verdict = write_outbox(tmp_path / "file" / "box", "n", EML)
    assert verdict.reason.startswith("cannot write to the outbox")


@pytest.mark.parametrize(
    ("reader", "smtp", "where"),
    [
        ({"outbox": "box"}, None, "outbox/box"),
        ({"outbox": "box", "address": "a@b.example"}, "h", "outbox/box"),
        ({"address": "a@b.example"}, None, "outbox/reader"),
        ({"address": "a@b.example"}, "h", None),
    ],
)
def test_digests_go_to_a_folder_when_one_is_named_or_no_mail_server_is(home, reader, smtp, where):
    settings = home(**({"smtp_host": smtp} if smtp else {}))
    folder = outbox_folder(Subscriber(name="reader", **reader), settings)
    assert folder == (settings.home / where if where else None)


# --------------------------------------------------------------------------- the states


@pytest.fixture
def row(home):
    return rendered(planned(READER, WINDOW, NOON), render_digest(FULL, READER, home()), NOON)


def test_a_rendered_digest_is_claimed_once_and_an_orphan_again(row):
    sending = claimed(row, NOON)
    assert (sending.state, sending.attempts) == ("sending", 1)
    assert claimed(sending, NOON + SENDING_LEASE / 2) is None
    orphan = claimed(sending, NOON + SENDING_LEASE)
    assert (orphan.state, orphan.attempts, orphan.message) == ("sending", 2, row.message)


@pytest.mark.parametrize("state", ["planned", "sent", "empty", "failed"])
def test_what_is_not_ready_or_done_is_never_sent(row, state):
    assert claimed(replace(row, state=state), NOON) is None


def test_a_deferred_digest_waits_longer_each_time_and_is_given_up_after_days(row):
    at, waits = NOON, []
    while row.state != "failed":
        row = settled(claimed(row, at), Deferred(reason="down"), at)
        if row.state == "deferred":
            assert claimed(row, row.next_attempt_at - timedelta(seconds=1)) is None
            waits.append(row.next_attempt_at - at)
            at = row.next_attempt_at
    assert waits[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert max(waits) <= timedelta(hours=24)
    assert GIVE_UP_AFTER <= at - NOON <= GIVE_UP_AFTER + timedelta(days=1)
    assert row.reason == "given up after 5 days: down"


def test_a_dead_address_is_left_alone_until_the_file_names_another(row):
    failed = settled(claimed(row, NOON), Failed(reason=f"{NO_SUCH_USER}: 550"), NOON)
    assert suppressed([failed], READER) == f"{NO_SUCH_USER}: 550"
    assert suppressed([failed], replace(READER, address="new@reader.example")) is None


def test_other_refusals_count_three_times_and_a_success_wipes_them_out(row):
    refused = [
        replace(
            settled(claimed(row, NOON), Failed(reason="550 spam"), NOON), window_end=NOON + timedelta(days=n)
        )
        for n in range(3)
    ]
    assert suppressed(refused[:2], READER) is None
    assert suppressed(refused, READER) is not None
    good = replace(settled(claimed(row, NOON), Sent(), NOON), window_end=NOON + timedelta(days=9))
    assert suppressed([*refused, good], READER) is None
    gave_up = [replace(one, reason="given up after 5 days: down") for one in refused]
    assert suppressed(gave_up, READER) is None
