"""Digests from plan to reader: nobody gets one twice, nobody misses one, whatever is killed when."""

from __future__ import annotations

import re
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.builders import build_feed_state
from tests.ledger_in_memory import IndexInMemory, Rows
from tests.postal import Post, free_port, mail_server
from tests.test_digests import a_story, an_article, tag
from wirewatch.delivery import Deferred, Failed, Sent, unsubscribe_token
from wirewatch.delivery.leaving import leaving_router
from wirewatch.delivery.mail import NO_SUCH_USER
from wirewatch.delivery.states import SENDING_LEASE
from wirewatch.desk.serving import listen
from wirewatch.dispatch import deliver_due, delivered_text, leave, plan_due, preview, readmit
from wirewatch.settings import load_settings
from wirewatch.subscribers import SubscribersError

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def put_story(store, number, *, at=NOON - timedelta(minutes=5), reports=2, **fields):
    own = [an_article(f"{number}.{n}", at=at) for n in range(reports)]
    story = a_story(f"s{number}", own, changed_at=at, title=f"Story number {number}", **fields)
    store.put([story], own)
    return story


@pytest.fixture
def store():
    return IndexInMemory()


@pytest.fixture
def home(tmp_path):
    """Settings with one subscriber by mail, and a mail server that `post` stands for."""

    def made(text=None, **values):
        file = tmp_path / "subscribers.toml"
        file.write_text(
            text or '[[subscriber]]\nname = "desk"\naddress = "desk@reader.example"\nfrequency = "hourly"\n'
        )
        environ = {f"WIREWATCH_{name.upper()}": str(value) for name, value in values.items()}
        return load_settings(
            environ={
                "WIREWATCH_HOME": str(tmp_path / "home"),
                "WIREWATCH_SUBSCRIBERS": str(file),
                "WIREWATCH_SMTP_HOST": "127.0.0.1",
                **environ,
            }
        )

    return made


@dataclass
class Mails:
    """A way out that keeps what it is given, or answers as it is told."""

    verdict: Sent | Deferred | Failed = field(default_factory=Sent)
    kept: list[bytes] = field(default_factory=list)

    def __call__(self, settings, recipient, eml):
        if isinstance(self.verdict, Sent):
            self.kept.append(eml)
        return self.verdict


def stories_in(eml: bytes) -> list[str]:
    from wirewatch.delivery import text_of

    return re.findall(r"^\* Story number (\S+)", text_of(eml), re.MULTILINE)


def id_of(eml: bytes) -> str:
    return re.search(rb"Message-ID: (<[^>]+>)", eml)[1].decode()


# --------------------------------------------------------------------------- the ordinary way


def test_a_new_subscriber_gets_the_first_digest_at_once_and_it_is_filed(store, home, tmp_path):
    put_story(store, 1, backfill=True)
    settings = load_settings(environ={"WIREWATCH_HOME": str(tmp_path)})
    said: list[str] = []
    counts = deliver_due(store, settings, NOON, say=said.append)
    assert (counts["sent"], counts["failed"]) == (1, 0)
    (file,) = (tmp_path / "outbox" / "sample").glob("*.txt")
    assert "* Story number 1" in file.read_text()
    assert said == [f"digest for sample: 1 story, sent, filed as {file}"]


def test_a_first_digest_waits_until_there_is_something_in_it(store, home):
    assert plan_due(store, home(), NOON) == []
    put_story(store, 1)
    assert len(plan_due(store, home(), NOON)) == 1


def test_the_second_digest_holds_only_what_is_new(store, home):
    mails = Mails()
    put_story(store, 1)
    deliver_due(store, home(), NOON, post=mails)
    put_story(store, 2, at=NOON + timedelta(minutes=10))
    assert deliver_due(store, home(), NOON + HOUR / 2, post=mails)["planned"] == 0
    deliver_due(store, home(), NOON + HOUR, post=mails)
    assert [stories_in(eml) for eml in mails.kept] == [["1"], ["2"]]


def test_a_story_that_grew_comes_back_saying_what_changed(store, home):
    mails = Mails()
    put_story(store, 1, reports=1)
    deliver_due(store, home(), NOON, post=mails)
    old = store.articles.by_key["a1.0"]
    own = [old, *(an_article(f"1.{n}", at=NOON + HOUR / 2) for n in range(1, 4))]
    store.put([a_story("s1", own, title="Story number 1", revision=2, changed_at=NOON + HOUR / 2)], own)
    deliver_due(store, home(), NOON + HOUR, post=mails)
    from wirewatch.delivery import text_of

    assert "Changed: +3 independent reports since 12:00" in text_of(mails.kept[1])


def test_an_empty_window_is_noted_and_sends_nothing(store, home):
    mails = Mails()
    put_story(store, 1)
    deliver_due(store, home(), NOON, post=mails)
    assert deliver_due(store, home(), NOON + HOUR, post=mails)["empty"] == 1
    assert deliver_due(store, home(), NOON + HOUR, post=mails)["planned"] == 0
    assert len(mails.kept) == 1


def test_a_quiet_day_because_nothing_is_collected_is_not_silent(store, home):
    mails = Mails()
    daily = home('[[subscriber]]\nname="desk"\naddress="d@reader.example"\n')
    put_story(store, 1)
    store.put_feed(build_feed_state(polled_at=NOON, read_at=NOON))
    deliver_due(store, daily, NOON, post=mails)
    deliver_due(store, daily, NOON + 2 * 24 * HOUR, post=mails)
    assert b"Subject: No news collected: the collectors stand still" in mails.kept[1]


def test_what_a_new_feed_brings_is_counted_and_not_listed_once_the_beginning_is_over(store, home):
    mails = Mails()
    put_story(store, 1)
    deliver_due(store, home(), NOON, post=mails)
    put_story(store, 2, at=NOON + HOUR / 2, backfill=True)
    deliver_due(store, home(), NOON + HOUR, post=mails)
    later = NOON + 5 * HOUR
    put_story(store, 3, at=later - HOUR / 2, backfill=True)
    put_story(store, 4, at=later - HOUR / 2)
    deliver_due(store, home(), later, post=mails)
    assert [stories_in(eml) for eml in mails.kept] == [["1"], ["2"], ["4"]]
    from wirewatch.delivery import text_of

    assert "1 older story from feeds that were just added" in text_of(mails.kept[2])


def test_a_topic_stands_for_the_topics_below_it(store, home, monkeypatch):
    from extractors import taxonomy

    known = taxonomy.load_taxonomy()
    parent, child = next((topic.parent, topic.id) for topic in known.topics.values() if topic.parent)
    own = [an_article(1, topics=[tag(child)])]
    store.put([a_story("s1", own, title="Story number 1", changed_at=NOON)], own)
    mails = Mails()
    settings = home(f'[[subscriber]]\nname="desk"\naddress="d@reader.example"\ntopics=["{parent}"]\n')
    deliver_due(store, settings, NOON, post=mails)
    assert len(mails.kept) == 1


def test_a_wrong_subscribers_file_starts_nothing(store, home):
    put_story(store, 1)
    with pytest.raises(SubscribersError, match="no such topic"):
        deliver_due(store, home('[[subscriber]]\nname="a"\noutbox="b"\ntopics=["no_such_topic"]\n'), NOON)
    assert store.deliveries.rows == {}


# --------------------------------------------------------------------------- when mail does not go


def test_a_server_that_is_down_defers_and_the_same_bytes_go_later(store, home):
    put_story(store, 1)
    settings = home(smtp_port=free_port(), smtp_starttls=0)
    assert deliver_due(store, settings, NOON)["deferred"] == 1
    ((row, _),) = store.deliveries.rows.values()
    assert deliver_due(store, settings, NOON + timedelta(minutes=4))["planned"] == 0
    put_story(store, 1, reports=5, revision=2, at=NOON + timedelta(minutes=1))
    post = Post()
    with mail_server(post) as port:
        up = replace(settings, smtp_port=port)
        assert deliver_due(store, up, NOON + timedelta(minutes=6))["sent"] == 1
    assert post.mails == [("desk@reader.example", row.message.encode())]


def test_one_dead_address_stops_nobody_else(store, home):
    put_story(store, 1)
    post = Post()
    everybody = "\n".join(
        f'[[subscriber]]\nname="{name}"\naddress="{name}@reader.example"' for name in ("dead", "busy", "desk")
    )
    with mail_server(post) as port:
        counts = deliver_due(store, home(everybody, smtp_port=port, smtp_starttls=0), NOON)
    assert {state: counts[state] for state in ("sent", "deferred", "failed")} == {
        "sent": 1,
        "deferred": 1,
        "failed": 1,
    }
    assert [recipient for recipient, _ in post.mails] == ["desk@reader.example"]


def test_a_dead_address_is_left_alone_and_its_successor_misses_nothing(store, home):
    put_story(store, 1)
    dead = Mails(Failed(reason=f"{NO_SUCH_USER}: 550"))
    assert deliver_due(store, home(), NOON, post=dead)["failed"] == 1
    put_story(store, 2, at=NOON + HOUR / 2)
    assert deliver_due(store, home(), NOON + HOUR, post=dead)["planned"] == 0
    mails = Mails()
    moved = home('[[subscriber]]\nname="desk"\naddress="new@reader.example"\nfrequency="hourly"\n')
    deliver_due(store, moved, NOON + 2 * HOUR, post=mails)
    assert [sorted(stories_in(eml)) for eml in mails.kept] == [["1", "2"]]


def test_a_subscriber_who_left_the_file_gets_nothing_any_more(store, home):
    put_story(store, 1)
    deliver_due(store, home(), NOON, post=Mails(Deferred(reason="down")))
    mails = Mails()
    other = home('[[subscriber]]\nname="other"\naddress="o@reader.example"\n')
    deliver_due(store, other, NOON + HOUR, post=mails)
    assert [b"o@reader.example" in eml for eml in mails.kept] == [True]


# --------------------------------------------------------------------------- two at once, and crashes


def test_of_two_senders_at_once_one_sends(store, home):
    put_story(store, 1)
    mails = Mails()

    def meanwhile(settings, recipient, eml):
        assert deliver_due(store, settings, NOON, post=mails)["sent"] == 0
        return mails(settings, recipient, eml)

    assert deliver_due(store, home(), NOON, post=meanwhile)["sent"] == 1
    assert len(mails.kept) == 1


def test_a_sender_that_died_is_followed_by_the_same_mail_after_its_lease(store, home):
    put_story(store, 1)
    mails = Mails()

    def died(settings, recipient, eml):
        mails(settings, recipient, eml)
        raise Crash

    with pytest.raises(Crash):
        deliver_due(store, home(), NOON, post=died)
    assert deliver_due(store, home(), NOON + SENDING_LEASE / 2, post=mails)["sent"] == 0
    assert deliver_due(store, home(), NOON + SENDING_LEASE + timedelta(minutes=1), post=mails)["sent"] == 1
    first, again = mails.kept
    assert first == again


class Crash(BaseException):
    """A kill -9: nothing catches it."""


class Fuse:
    """Dies at the event it is set to; never when it is set to none."""

    left: int | None = None

    def __call__(self):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Crash


class CrashingRows(Rows):
    """Dies at the writes it is told to, before or after they are done."""

    tick: Fuse

    def create_one(self, row):
        self.tick()
        done = super().create_one(row)
        self.tick()
        return done

    def replace(self, row, token):
        self.tick()
        done = super().replace(row, token)
        self.tick()
        return done


steps = st.tuples(
    st.none() | st.integers(0, 9),  # in this run, die after so many events
    st.integers(1, 40),  # minutes until the next run
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 6)), max_size=2
    ),  # (story, reports) that come before it
    st.booleans(),  # the mail server is down
)


@given(st.lists(steps, max_size=6))
@hypothesis_settings(max_examples=50, deadline=None)
def test_whatever_is_killed_when_each_revision_is_told_in_one_mail_or_its_twin(tmp_path_factory, plan):
    folder = tmp_path_factory.getbasetemp()
    (folder / "s.toml").write_text(
        '[[subscriber]]\nname="d"\naddress="d@reader.example"\nfrequency="instant"\n'
    )
    settings = load_settings(
        environ={
            "WIREWATCH_HOME": str(folder / "crashes"),
            "WIREWATCH_SUBSCRIBERS": str(folder / "s.toml"),
            "WIREWATCH_SMTP_HOST": "mail.invalid",
        }
    )
    rows = CrashingRows()
    store = IndexInMemory(deliveries=rows)
    mails: list[bytes] = []
    fuse = rows.tick = Fuse()
    refusing = False

    def post(settings, recipient, eml):
        fuse()
        if refusing:
            return Deferred(reason="down")
        mails.append(eml)
        fuse()
        return Sent()

    now, revisions = NOON, Counter()
    for crashes, minutes, news, refusing in [*plan, (None, 1, [(1, 3)], False)]:  # noqa: B007  # `post` reads it
        for number, reports in news:
            revisions[number] += 1
            put_story(store, number, at=now, reports=reports, revision=revisions[number])
        fuse.left = crashes
        with suppress(Crash):
            deliver_due(store, settings, now, post=post)
        now += timedelta(minutes=minutes)
    fuse.left = None
    for _ in range(8):  # the power stays on
        now += timedelta(minutes=15)
        deliver_due(store, settings, now, post=post)
    assert {row.state for row, _ in rows.rows.values()} <= {"sent", "empty"}
    by_id: dict[str, set[bytes]] = {}
    for eml in mails:
        by_id.setdefault(id_of(eml), set()).add(eml)
    assert all(len(twins) == 1 for twins in by_id.values())
    told = [story for row, _ in rows.rows.values() if row.state == "sent" for story in row.stories]
    assert len(told) == len({story.rsplit(":", 1)[0] for story in told})  # no revision twice
    assert {story.split(":")[0] for story in told} == {f"s{number}" for number in revisions}  # no story lost


# --------------------------------------------------------------------------- leaving


def link_of(eml: bytes) -> str:
    from email import message_from_bytes
    from email.policy import SMTP

    return re.match(
        r"<https://desk\.example(/u/[^>]+)>", message_from_bytes(eml, policy=SMTP)["List-Unsubscribe"]
    )[1]


@pytest.fixture
def left(store, home):
    """A delivered mail, its way out, and the page behind its link."""
    put_story(store, 1)
    settings, mails = home(public_url="https://desk.example"), Mails()
    deliver_due(store, settings, NOON, post=mails)
    app = FastAPI()
    app.include_router(leaving_router(settings, lambda token: leave(store, settings, token, NOON)))
    listener = listen(0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30) as browser:
        yield settings, mails, browser
    server.should_exit = True
    thread.join(10)


def test_one_click_in_a_mail_program_ends_the_subscription(store, left):
    settings, mails, browser = left
    answer = browser.post(link_of(mails.kept[0]), data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert "“desk” will not be sent any more" in answer.text
    put_story(store, 2, at=NOON + HOUR / 2)
    assert deliver_due(store, settings, NOON + HOUR, post=mails)["planned"] == 0
    assert browser.post(link_of(mails.kept[0])).status_code == 200


def test_what_a_scanner_opens_changes_nothing(store, left):
    settings, mails, browser = left
    link = link_of(mails.kept[0])
    assert "<button>Unsubscribe</button>" in browser.get(link).text
    browser.head(link)
    put_story(store, 2, at=NOON + HOUR / 2)
    assert deliver_due(store, settings, NOON + HOUR, post=mails)["sent"] == 1


def test_a_forged_link_ends_nobodys_subscription(store, left):
    _, mails, browser = left
    name, key, _ = link_of(mails.kept[0]).removeprefix("/u/").split(".")
    for token in (f"{name}.{key}.AAAAAAAAAAAAAAAAAAAAAA", name, "x" * 5000):
        assert browser.get(f"/u/{token}").status_code == 404
        assert browser.post(f"/u/{token}").status_code == 404
    assert len(store.deliveries.rows) == 1


def test_who_left_by_mistake_can_be_taken_back_and_misses_nothing(store, left):
    settings, mails, browser = left
    browser.post(link_of(mails.kept[0]))
    put_story(store, 2, at=NOON + HOUR / 2)
    assert deliver_due(store, settings, NOON + HOUR, post=mails)["planned"] == 0
    assert readmit(store, "desk")
    assert not readmit(store, "desk")
    deliver_due(store, settings, NOON + 2 * HOUR, post=mails)
    assert stories_in(mails.kept[1]) == ["2"]


# --------------------------------------------------------------------------- looking without touching


def test_a_preview_shows_the_next_digest_and_writes_nothing(store, home):
    mails = Mails()
    put_story(store, 1)
    assert preview(store, home(), "desk", NOON).digest.kind == "first"
    assert store.deliveries.rows == {}
    deliver_due(store, home(), NOON, post=mails)
    put_story(store, 2, at=NOON + timedelta(minutes=1))
    mail = preview(store, home(), "desk", NOON + timedelta(minutes=20))
    assert [item.story_key for item in mail.digest.items] == ["s2"]
    assert len(store.deliveries.rows) == 1
    with pytest.raises(SubscribersError, match="no such subscriber; known are desk"):
        preview(store, home(), "nobody", NOON)


def test_a_delivered_digest_can_be_shown_again(store, home):
    put_story(store, 1)
    deliver_due(store, home(), NOON, post=Mails())
    (key,) = store.deliveries.rows
    assert "* Story number 1" in delivered_text(store, key)
    assert delivered_text(store, "none") is None


# --------------------------------------------------------------------------- the real store


@pytest.mark.elastic
def test_on_a_real_index_a_digest_is_sent_once_and_remembered(index, home):
    own = [an_article(f"1.{n}", at=NOON - HOUR / 2) for n in range(2)]
    index.articles.save(own)
    index.stories.save([a_story("s1", own, title="Story number 1", changed_at=NOON - HOUR / 2)])
    mails = Mails()
    assert len(plan_due(index, home(), NOON)) == 1
    assert deliver_due(index, home(), NOON, post=mails)["sent"] == 1
    assert deliver_due(index, home(), NOON, post=mails)["planned"] == 0
    assert deliver_due(index, home(), NOON + HOUR, post=mails)["empty"] == 1
    assert [stories_in(eml) for eml in mails.kept] == [["1"]]
    (row, *_) = index.deliveries_of("desk")
    assert (row.state, row.stories) == ("sent", ("s1:1:2",))
    assert "* Story number 1" in delivered_text(index, row.digest_key)
    assert leave(index, home(), unsubscribe_token("desk", home()), NOON)
    assert plan_due(index, home(), NOON + 2 * HOUR) == []
    assert readmit(index, "desk")
    assert len(plan_due(index, home(), NOON + 2 * HOUR)) == 1
