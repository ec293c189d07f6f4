"""Line drawings of the menu, 16 px, in the colour of the text."""

_PATHS = {
    "home": "M2.5 7.2 8 2.8l5.5 4.4v6H9.7V9.6H6.3v3.6H2.5z",
    "show": "M2 4.2h12v7.6H2zM6.7 6.2v3.6L9.9 8z",
    "room": "M3 13.5v-11h10v11M1.5 13.5h13M6.2 5.6h3.6M6.2 8.3h3.6",
    "compliance": "M8 1.8 13 3.6v4.2c0 3-2 5.2-5 6.4-3-1.2-5-3.4-5-6.4V3.6zM5.6 7.9l1.8 1.8 3.2-3.4",
    "opinion": "M2.5 6.5v3h2l4 3v-9l-4 3zM10.5 6a2.8 2.8 0 0 1 0 4M12.3 4.2a5.4 5.4 0 0 1 0 7.6",
    "feed": "M3 13a1 1 0 1 0 .01 0M2.5 8.2A5.3 5.3 0 0 1 7.8 13.5M2.5 3.6a9.9 9.9 0 0 1 9.9 9.9",
    "import": "M8 2v7.4M4.9 6.6 8 9.7l3.1-3.1M2.5 13.2h11",
    "metric": "M2.5 13.5h11M4.4 11V7.5M8 11V3.5M11.6 11V6",
    "people": "M6 7.4a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z"
    "M1.8 13.2c.3-2.4 2-3.8 4.2-3.8s3.9 1.4 4.2 3.8M10.5 3a2.3 2.3 0 0 1 0 4.2"
    "M11.9 9.8c1.3.5 2.1 1.7 2.3 3.4",
    "audit": "M3.5 2.5h9v11h-9zM5.8 5.5h4.4M5.8 8h4.4M5.8 10.5h2.6",
    "work": "M8 5v3.2l2.1 1.3M8 2.5a5.5 5.5 0 1 0 5.5 5.5M13.5 2.8v3h-3",
    "settings": "M2.5 4.5h6M11.5 4.5h2M2.5 11.5h2M7.5 11.5h6M10 3v3M6 10v3",
    "office": "M2.5 3h11v10h-11zM2.5 6.2h11M6 6.2V13",
    "menu": "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
    "contrast": "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 2.5v11M8 5h3.8M8 8h5.2M8 11h3.8",
    "exit": "M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6",
    "more": "M3.5 8h.01M8 8h.01M12.5 8h.01",
    "chat": "M2.5 3.5h11v7.5H8.2L5 13.6V11H2.5zM5.2 6.2h5.6M5.2 8.4h3.6",
    "send": "M2.2 8 13.6 2.6 10.8 13.4 7.4 9.2zM7.4 9.2 13.6 2.6",
    "lock": "M4 7.2h8v6.3H4zM5.6 7.2V5.2a2.4 2.4 0 0 1 4.8 0v2M8 9.6v1.6",
    "plus": "M8 3v10M3 8h10",
    "download": "M8 2v7.4M4.9 6.6 8 9.7l3.1-3.1M2.5 13.2h11",
}


def svg(name: str) -> str:
    """The drawing as inline SVG; raises KeyError for a name that nobody drew."""
    return (
        '<svg viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.4" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="{_PATHS[name]}"/></svg>'
    )
