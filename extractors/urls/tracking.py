"""Which parameters of a query mean something, and which are appended by mail, social and analytics tools."""

from __future__ import annotations

from urllib.parse import unquote

from extractors.urls.escapes import normal_escapes

# What mail, social and analytics tools append. Compared in lower case.
TRACKING = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid",
    "ttclid", "li_fat_id", "igshid", "igsh", "epik", "mc_cid", "mc_eid", "mkt_tok", "cmpid", "cmp",
    "icid", "ito", "ncid", "ocid", "smid", "smtyp", "sr_share", "partner_id", "xtor", "xtref", "wt_mc",
    "wt.mc_id", "wt_zmc", "trk", "trkcampaign", "s_cid", "s_campaign", "guccounter", "guce_referrer",
    "guce_referrer_sig", "_ga", "_gl", "_hsenc", "_hsmi", "__twitter_impression", "ref", "ref_src",
    "ref_url", "referrer", "referer", "ref_site", "share_from", "sharetype", "shareid", "share_token",
    "utm", "spm", "scm", "soc_src", "soc_trk", "ns_campaign", "ns_mchannel", "ns_source", "ns_linkname",
    "ns_fee", "vero_id", "vero_conv", "wickedid", "oly_anon_id", "oly_enc_id", "rb_clickid",
    "feature_src", "fromrss", "fb_action_ids", "fb_action_types", "fb_ref", "fb_source", "algo_pvid",
    "taid", "dicbo", "zanpid", "campaign_id", "traffic_source", "phpsessid", "jsessionid", "cfid",
    "cftoken", "sessionid", "aspsessionid", "intcmp", "recirc", "cndid", "esrc", "ftag",
})  # fmt: skip
TRACKING_PREFIXES = ("utm_", "at_", "pk_", "mtm_", "piwik_", "matomo_", "hsa_", "ga_", "gad_", "aspsessionid")

# The same text in another form: printed, in one page, as AMP. Name -> the values that say so; None is any.
_VIEWS = {
    "amp": None,
    "print": {"", "1", "true", "yes", "y"},
    "printable": {"", "1", "true", "yes"},
    "page": {"all"},
    "singlepage": {"", "1", "true"},
    "outputtype": {"amp"},
    "output": {"amp", "print"},
    "view": {"print", "amp"},
    "mobile": {"", "0", "1", "true"},
}


def canonical_query(query: str) -> str:
    """The parameters that mean something, in a fixed order, spelled one way."""
    if not query:
        return ""
    pairs = []
    for pair in query.replace("&amp;", "&").split("&"):
        key, equals, value = pair.partition("=")
        if pair and not _dropped(unquote(key).lower(), unquote(value).lower()):
            pairs.append(
                f"{normal_escapes(key.replace('+', '%20'))}{equals}{normal_escapes(value.replace('+', '%20'))}"
            )
    return "&".join(sorted(pairs))


def _dropped(name: str, value: str) -> bool:
    if name in TRACKING or name.startswith(TRACKING_PREFIXES):
        return True
    if name not in _VIEWS:
        return False
    values = _VIEWS[name]
    return values is None or value in values
