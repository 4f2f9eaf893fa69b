"""How a digest reaches its reader: rendered once, stored, then sent by mail or filed in a folder.

The edge to mail servers and the file system. Each step answers with a verdict; what was decided to be told is in
`wirewatch.digests`, the order of the steps in `wirewatch.dispatch`.
"""

from wirewatch.delivery.links import Links, links_for, subscriber_of, unsubscribe_token
from wirewatch.delivery.mail import Deferred, Failed, Sent, Verdict, send_mail
from wirewatch.delivery.message import html_of, text_of
from wirewatch.delivery.outbox import outbox_folder, outbox_name, write_outbox
from wirewatch.delivery.rendering import Rendered, render_digest

__all__ = [
    "Deferred", "Failed", "Links", "Rendered", "Sent", "Verdict", "html_of", "links_for", "outbox_folder",
    "outbox_name", "render_digest", "send_mail", "subscriber_of", "text_of", "unsubscribe_token", "write_outbox",
]  # fmt: skip
