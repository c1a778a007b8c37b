"""What Telegram says over a connection of its own when it brings an update: the least HTTP, so that it costs little."""

import asyncio

from benchmarks.serving import SECRET


async def post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, update: bytes) -> None:
    """Bring an update and read the answer to its end.

    Raises AssertionError unless the answer is a yes, and IncompleteReadError when the other side goes.
    """
    head = f"POST {path} HTTP/1.1\r\nHost: us\r\nContent-Type: application/json\r\nContent-Length: {len(update)}\r\n"
    writer.write(f"{head}X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n\r\n".encode() + update)
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200"), answer
    await reader.readexactly(_length(answer))


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
