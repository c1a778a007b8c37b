"""Conversations in a dictionary, for whoever needs no more."""


class DictConversations:
    """Keeps the state of each conversation until the process ends."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, object]] = {}

    async def get(self, key: str) -> dict[str, object] | None:
        return self.kept.get(key)

    async def put(self, key: str, value: dict[str, object]) -> None:
        self.kept[key] = value

    async def drop(self, key: str) -> None:
        self.kept.pop(key, None)
