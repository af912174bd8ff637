"""What can go wrong with a calendar kept elsewhere."""

from optimizer.domain.errors import Unavailable


class FeedTrouble(Unavailable):
    """It could not be read, or what came is not to be believed. Nothing that is known from it changes.

    The detail names neither the address nor anything read from it.
    """

    code = "feed_trouble"
