import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Server } from 'node:http'
import type { World } from './world.ts'

export interface GatewaySettings {
  readonly token: string
  readonly heartbeatMs: number
  /** Bits that this application may ask for. */
  intents: number
  /** Milliseconds before hello; Infinity never says it. */
  helloAfterMs: number
  /** False lets heartbeats go unanswered. */
  acks: boolean
  /** What a resume gets instead of its session. */
  onResume: 'resume' | 'invalid' | 'invalid-resumable' | 'silence' | 'close'
  /** Close code for the next identify. */
  identifyClose: number | undefined
}

interface Session {
  readonly id: string
  sequence: number
  readonly log: { readonly s: number; readonly text: string }[]
  socket: WebSocket | undefined
}

export interface GatewayFake {
  readonly settings: GatewaySettings
  /** `connect PATH`, `op N`, `close CODE`, in order. */
  readonly events: readonly string[]
  count(event: string): number
  readonly identifies: readonly { readonly intents: number }[]
  /** Sends an event to every session; one without a connection gets it when it resumes. */
  dispatch(type: string, data: object): void
  /** Says anything, as it stands. */
  raw(frame: string | Buffer): void
  /** Says op 7 to everybody. */
  reconnect(): void
  /** Says op 9 to everybody. */
  invalidate(resumable: boolean): void
  /** Closes with a code, or breaks the connection without one. */
  drop(code?: number): void
  /** Forgets all sessions: what was not heard is not replayed. */
  forget(): void
  open(): number
  close(): void
}

const messageContent = 1 << 15
const known = 0x7fff_ffff

/** Strict: it closes with Discord's own codes on what Discord does not take. */
export function gatewayFake(server: Server, base: () => string, place: World, settings: GatewaySettings): GatewayFake {
  const events: string[] = []
  const identifies: { intents: number }[] = []
  const sessions = new Map<string, Session>()
  const sockets = new Set<WebSocket>()
  const wss = new WebSocketServer({ server })
  const say = (socket: WebSocket, op: number, d: unknown) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ op, d, s: null, t: null }))
  }
  const tell = (session: Session, t: string, d: object) => {
    session.sequence += 1
    const text = JSON.stringify({ op: 0, t, d, s: session.sequence })
    session.log.push({ s: session.sequence, text })
    if (session.socket?.readyState === 1) session.socket.send(text)
  }
  wss.on('connection', (socket, request) => {
    sockets.add(socket)
    const path = new URL(request.url ?? '', 'http://x')
    events.push(`connect ${path.pathname}`)
    let session: Session | undefined
    const hello = () => say(socket, 10, { heartbeat_interval: settings.heartbeatMs })
    if (path.searchParams.get('v') !== '10' || path.searchParams.get('encoding') !== 'json') return socket.close(4012)
    const timer =
      settings.helloAfterMs > 0 && Number.isFinite(settings.helloAfterMs)
        ? setTimeout(hello, settings.helloAfterMs)
        : undefined
    if (settings.helloAfterMs === 0) hello()
    socket.on('error', () => undefined)
    socket.on('close', (code) => {
      clearTimeout(timer)
      sockets.delete(socket)
      events.push(`close ${code}`)
      if (session?.socket === socket) session.socket = undefined
    })
    const identify = (d: { token?: string; intents?: number; properties?: object; shard?: readonly number[] }) => {
      if (session) return socket.close(4005)
      if (d.token !== settings.token) return socket.close(4004)
      if (d.intents === undefined || d.intents > known || d.properties === undefined) return socket.close(4013)
      if ((d.intents & ~settings.intents) !== 0) return socket.close(4014)
      if (settings.identifyClose !== undefined) {
        const code = settings.identifyClose
        settings.identifyClose = undefined
        return socket.close(code)
      }
      identifies.push({ intents: d.intents })
      session = { id: `session-${place.id()}`, sequence: 0, log: [], socket }
      sessions.set(session.id, session)
      tell(session, 'READY', {
        v: 10,
        user: place.bot,
        guilds: [{ id: place.guild, unavailable: true }],
        session_id: session.id,
        resume_gateway_url: `${base().replace('http', 'ws')}/resume`,
        shard: d.shard ?? [0, 1],
        application: { id: place.bot.id, flags: 0 },
        private_channels: [],
        presences: [],
        relationships: [],
      })
      tell(session, 'GUILD_CREATE', place.guildCreate())
    }
    const resume = (d: { token?: string; session_id?: string; seq?: number }) => {
      if (session) return socket.close(4005)
      if (d.token !== settings.token) return socket.close(4004)
      const found = sessions.get(d.session_id ?? '')
      const answer = settings.onResume
      if (answer === 'silence') return
      if (answer === 'close') return socket.close(4000)
      if (answer !== 'resume') settings.onResume = 'resume'
      if (answer === 'invalid-resumable') return say(socket, 9, true)
      if (!found || answer === 'invalid') {
        sessions.delete(d.session_id ?? '')
        return say(socket, 9, false)
      }
      if ((d.seq ?? 0) > found.sequence) return socket.close(4007)
      session = found
      found.socket = socket
      for (const { s, text } of found.log) if (s > (d.seq ?? 0)) socket.send(text)
      tell(found, 'RESUMED', {})
    }
    socket.on('message', (raw) => {
      let frame: { op?: number; d?: object }
      try {
        frame = JSON.parse((raw as Buffer).toString('utf8')) as typeof frame
      } catch {
        return socket.close(4002)
      }
      events.push(`op ${frame.op}`)
      if (frame.op === 1) {
        if (settings.acks) say(socket, 11, null)
      } else if (frame.op === 2) identify(frame.d as never)
      else if (frame.op === 6) resume(frame.d as never)
      else if (!session) socket.close(4003)
      else if (![3, 4, 8, 31].includes(frame.op ?? -1)) socket.close(4001)
    })
  })
  return {
    settings,
    events,
    count: (event) => events.filter((each) => each === event).length,
    identifies,
    dispatch(type, data) {
      for (const session of sessions.values()) tell(session, type, data)
    },
    raw(frame) {
      for (const socket of sockets) socket.send(frame)
    },
    reconnect() {
      for (const socket of sockets) say(socket, 7, null)
    },
    invalidate(resumable) {
      if (!resumable) sessions.clear()
      for (const socket of sockets) say(socket, 9, resumable)
    },
    drop(code) {
      for (const socket of sockets) {
        if (code === undefined) socket.terminate()
        else socket.close(code)
      }
    },
    forget: () => sessions.clear(),
    open: () => sockets.size,
    close() {
      for (const socket of sockets) socket.terminate()
      wss.close()
    },
  }
}

/** Without the right to read what is written, Discord empties messages that do not concern the bot. */
export const hidesContent = (intents: number): boolean => (intents & messageContent) === 0
