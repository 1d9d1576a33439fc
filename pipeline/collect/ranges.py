"""Which addresses belong to the open internet: what Python's own table leaves out, and IPv4 inside IPv6. Pure."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Ranges that some Python calls global, all the same no server of the open internet.
_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "168.63.129.16/32",  # what a machine in Azure asks about itself
        "192.0.0.0/24",  # for protocols; in Oracle's cloud 192.0.0.192 is the same
        "192.88.99.0/24",  # 6to4 relays, withdrawn
    )
)
# The same for IPv6, and what carries an IPv4 address that nobody outside can vouch for.
_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "::/96",  # IPv4-compatible, withdrawn
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b:1::/48",  # NAT64 for local use
        "100::/64",  # discard
        "2001::/23",  # for protocols: Teredo, benchmarks, overlays
        "2002::/16",  # 6to4, withdrawn
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local, withdrawn
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def unwrap(address: str) -> Address:
    """The address itself, or the IPv4 address inside a mapped or NAT64 one."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return found.ipv4_mapped
        if found in _NAT64:
            return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found


def is_public(address: str) -> bool:
    """A server on the open internet; everything private, local, reserved or tunnelled is not."""
    found = unwrap(address)
    if not found.is_global or found.is_multicast or found.is_reserved or found.is_unspecified:
        return False
    closed = _CLOSED_V4 if isinstance(found, ipaddress.IPv4Address) else _CLOSED_V6
    return not any(found in network for network in closed)
