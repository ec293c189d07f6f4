"""The door of privacy: finding and erasing viewers, letting old words go."""

from kaibo.operations.privacy import services

find = services.find
erase = services.erase
kept = services.kept
let_go = services.let_go
