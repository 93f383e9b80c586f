"""`/live`: the socket through which a set is watched; one task a connection."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, FastAPI, WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect, WebSocketState

from coxa.errors import BadInput, CoxaError
from coxa.locales import gettext as _
from coxa.records import Asker, ConsentRepository
from coxa.records.diary import Entry, landmarks_file
from coxa.records.events import Kept
from coxa.web.flow.today import KEEP_LANDMARKS
from coxa.web.live.frames import SIZE, read_frames, recording_of
from coxa.web.live.messages import Begin, End, read_message
from coxa.web.live.sets import AT_ONCE, LiveSet, LiveSets
from coxa.web.visitor import may_be_local, token_of, visitor_of

log = logging.getLogger(__name__)
router = APIRouter()
#: State is told at most so often, seconds; a connection that makes more mistakes than this is closed.
STATE_EVERY_S, MOST_MISTAKES = 0.2, 100
#: Names whoever is not known yet.
NOBODY = "nobody-"
#: Close codes: refused, the server restarts, and taken over by another tab.
REFUSED, RESTARTING, TAKEN_OVER = 1008, 1012, 4001


class Connection:
    """One client; it watches one set at a time."""

    def __init__(self, socket: WebSocket, sets: LiveSets, asker: Asker, may_keep: bool) -> None:
        self.socket = socket
        self.sets = sets
        self.asker = asker
        self.may_keep = may_keep
        self.live: LiveSet | None = None
        self._told_at = 0.0
        self._gap_told = False
        self._mistakes = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until the client goes."""
        try:
            while True:
                message = await self.socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                data = message.get("bytes")
                try:
                    if data is not None:
                        await self._frames(data)
                    else:
                        await self._said(read_message(message.get("text") or ""))
                except BadInput as error:
                    self._mistakes += 1
                    await self.send({"type": "error", "code": "bad-input", "detail": " ".join(str(error).split())})
                    if self._mistakes > MOST_MISTAKES:
                        await self.socket.close(REFUSED)
                        return
        finally:
            live = self.live
            if live is not None:
                self.sets.leave(live, self)
                # What was seen is written, whether or not anybody is left to hear of it.
                await asyncio.gather(*live.written, return_exceptions=True)

    async def send(self, message: dict[str, Any]) -> None:
        """Send, unless the client has gone."""
        if self.socket.client_state is WebSocketState.CONNECTED and self.socket.application_state is WebSocketState.CONNECTED:
            try:
                await self.socket.send_text(json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
            except (RuntimeError, OSError, WebSocketDisconnect):
                # It went while this was on its way; the disconnection is the next thing that is received.
                log.debug("live: a message came too late")

    def displace(self) -> None:
        """Another connection of the same person has taken the set over."""
        self.live = None
        self._later(self._close("taken-over", _("Another window goes on with this set."), TAKEN_OVER))

    def stop(self) -> None:
        """The server is about to stop: the set goes on when it is back."""
        self._later(self._close("closing", _("coxa is being restarted. The set goes on in a moment."), RESTARTING))

    # -------------------------------------------------------------------------------------------- what the client says

    async def _said(self, message: Begin | End) -> None:
        if isinstance(message, Begin):
            await self._begin(message)
        else:
            await self._end(message)

    async def _begin(self, begin: Begin) -> None:
        if self.asker.person_id.startswith(NOBODY) and not begin.tries:
            raise BadInput("begin: expected somebody who is known, or a try, got neither; begin at the start page")
        other = self.sets.watched_by(self.asker)
        if other is not None and other.begin.set != begin.set and other.owner is not self:
            if not begin.take_over:
                words = _("Another window is watching a set already. Go on there, or take over here.")
                await self.send({"type": "error", "code": "elsewhere", "detail": words})
                return
            owner = other.owner
            assert owner is not None
            self.sets.leave(other, owner)
            owner.displace()
        if self.live is not None and self.live.begin.set != begin.set:
            self.sets.leave(self.live, self)
        live = self.sets.find(self.asker, begin.set)
        if live is None:
            live = LiveSet(self.asker, begin)
            live.keeps = begin.keep and self.may_keep and not begin.tries
        elif (live.begin.exercise, live.begin.session) != (begin.exercise, begin.session):
            raise BadInput(f"set: expected the key of a new set, got that of one of {live.begin.exercise}; make a new key for each set")
        self.sets.take(live, self)
        self.live = live
        self._gap_told = False
        await self.send({"type": "begun", "set": begin.set, "have": live.have})

    async def _frames(self, data: bytes) -> None:
        live = self.live
        if live is None:
            raise BadInput("frames: expected a set to be begun first, got frames; send begin")
        frames = read_frames(data)
        count = len(frames)
        numbers = frames["seq"].tolist() if count > 1 else [int(frames["seq"][0])]
        for k, number in enumerate(numbers):
            if number <= live.have or live.result is not None:
                continue  # sent again after a lost connection, or after the end
            if number != live.have + 1:
                if not self._gap_told:
                    self._gap_told = True
                    words = f"frames: expected number {live.have + 1}, got {number}; send them in order"
                    await self.send({"type": "error", "code": "gap", "have": live.have, "detail": words})
                return
            self._gap_told = False
            live.have = number
            if live.keeps:
                live.frames += data[k * SIZE : (k + 1) * SIZE]
            cues, arm = live.push(frames[k])
            for cue in cues:
                if cue.kind == "repetition":
                    self._repetition(live)
                else:
                    await self.send({"type": "cue", "kind": cue.kind, "text": cue.text, "fault": cue.fault})
            if arm:
                await self.send({"type": "arm"})
            if (k + 1) % AT_ONCE == 0 and k + 1 < count:
                await asyncio.sleep(0)
        now = time.monotonic()
        if now - self._told_at >= STATE_EVERY_S:
            self._told_at = now
            await self.send(live.state())

    async def _end(self, end: End) -> None:
        live = self.live
        if live is None:
            raise BadInput("end: expected a set to be begun first, got none; send begin")
        if live.result is None:
            live.close()
            # The last repetition may be known by the end alone.
            while live.repetitions < live.watcher.repetitions:
                self._repetition(live)
        await asyncio.gather(*live.written, return_exceptions=True)
        more: dict[str, Any] = {"result": live.close()}
        if live.keeps and live.frames:
            begin = live.begin
            more["landmarks"] = await run_in_threadpool(lambda: landmarks_file(recording_of(live.frames, begin.width, begin.height)))
        if not live.begin.tries and not await self._write(live.entry(live.done(end.load_kg), live.begin.set, **more)):
            return
        live.frames.clear()
        await self.send(
            {
                "type": "result",
                "set": live.begin.set,
                "result": live.close().to_json(),
                "form": live.form.model_dump(mode="json"),
                "ask_self_check": live.asks_self_check,
            }
        )

    # -------------------------------------------------------------------------------------------- what is written

    def _repetition(self, live: LiveSet) -> None:
        entry, told = live.repetition()
        if live.begin.tries:
            self._later(self.send(told))
            return
        written = self.sets.journal.write(entry)
        live.written.add(written)
        self._later(self._confirm(live, written, told))

    async def _confirm(self, live: LiveSet, written: asyncio.Future[Kept], told: dict[str, Any]) -> None:
        try:
            await written
        except Exception as error:
            await self._not_kept(error)
        else:
            await self.send(told)
        finally:
            live.written.discard(written)

    async def _write(self, entry: Entry) -> bool:
        try:
            await self.sets.journal.write(entry)
        except Exception as error:
            await self._not_kept(error)
            return False
        return True

    async def _not_kept(self, error: Exception) -> None:
        detail = " ".join(str(error).split()) if isinstance(error, CoxaError) else _("This could not be written down. We will try again.")
        await self.send({"type": "error", "code": "not-kept", "detail": detail})

    def _later(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self, code: str, words: str, number: int) -> None:
        await self.send({"type": "error", "code": code, "detail": words})
        if self.socket.application_state is WebSocketState.CONNECTED:
            await self.socket.close(number)


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """Watch sets of whoever is signed in; Host and Origin were checked before this."""
    found = await run_in_threadpool(_visitor, socket)
    if found is None:
        await socket.close(REFUSED, "sign in")
        return
    asker, may_keep = found
    await socket.accept()
    connection = Connection(socket, socket.app.state.sets, asker, may_keep)
    socket.app.state.live.add(connection)
    try:
        await connection.run()
    finally:
        socket.app.state.live.discard(connection)


async def end_when_closing(app: FastAPI) -> None:
    """Let every connection end cleanly once the server is about to stop."""
    await app.state.closing.wait()
    for connection in list(app.state.live):
        connection.stop()


def _visitor(socket: WebSocket) -> tuple[Asker, bool] | None:
    visitor = visitor_of(socket)
    if visitor is None:
        # A newcomer at this computer may try it: nothing of theirs is there to be read or written.
        return (Asker(f"{NOBODY}{uuid4().hex}"), False) if may_be_local(socket) and not token_of(socket) else None
    return visitor.asker, ConsentRepository(visitor.store).given(visitor.asker, visitor.person.id, KEEP_LANDMARKS)
