import type { Channel, InboundMessage, OutboundMessage, Receiver } from '../core/channel.ts'
import type { ChatRef } from '../core/place.ts'
import type { InboxItem } from '../core/store.ts'
import { atMost } from '../kit/at-most.ts'
import { controlIn, type Delivery, leftOff, obeyNow, rowsOf } from './answer.ts'
import { bursts } from './bursts.ts'
import { type Deliveries, deliverer, type Deliverer } from './deliver.ts'
import { families } from './families.ts'
import { intake } from './intake.ts'
import { laneOfWork } from './lane.ts'
import { liveMessage, terminal } from './live.ts'
import { unpackInbound } from './payload.ts'
import type { Desk, Ground } from './ports.ts'
import { recovered } from './recover.ts'
import { runnings } from './running.ts'
import { joined, liveNote, type Work } from './work.ts'

/** The one road from a message to its answer. */
export interface Road {
  /** What a platform's channel hears goes here: checked, stored, answered through the outbox. Call `open` once before. */
  receiver(channel: Channel): Receiver
  /** A message that this house made itself, such as what a sub-agent found. Only here may `due` be set: rights go by it. */
  arrived(channel: Channel, message: InboundMessage): Promise<void>
  /** Begins to send through a channel, and takes up what a former process left of it. */
  open(channel: Channel): Promise<void>
  /** Sends nothing more through a channel; what is on its way has a few seconds. */
  close(channel: Channel): Promise<void>
  /** A message that was put into the inbox by somebody else, such as the schedule. */
  take(item: Omit<InboxItem, 'tries' | 'turn'>): void
  /** A message of the person at the terminal; resolves when the answer, or why there is none, is shown. */
  ask(channel: Channel, message: InboundMessage): Promise<void>
  /** A message that nobody asked for: of a tool, a job, an approval. Durable when it resolves. */
  send(channel: string, session: string, message: OutboundMessage): Promise<void>
  /** Ends what runs in a session and what waits for it; absent: everywhere. A line for each. */
  stop(session?: string): readonly string[]
  /** Ctrl-C: ends what runs in a session. The number of turns. */
  interrupt(session: string): number
  /** Work on a session between two of its turns. */
  between(session: string, signal: AbortSignal, work: () => Promise<void>): Promise<void>
  /** Sends once more what may not have arrived in a session or in a chat; resolves to how many. */
  again(session: string, chat: ChatRef): Promise<number>
  /** True when a message would arrive now: the channel is up, and the chat not closed to us. */
  reaches(place: ChatRef): boolean
  /** A channel that is open. */
  channel(name: string): Channel | undefined
  /** Turns that run or wait. */
  readonly size: number
  /**
   * Waits for what runs and for its answers, at most `ms`, but a second at least; what is still running before the end is parked and goes on
   * in the next process.
   */
  drain(ms: number): Promise<void>
}

/** A message that is on its way has so long to arrive when its channel is closed. */
const closingMs = 5_000
/** So long a turn that is parked may take to leave in order, within the time of a drain. */
const parkingMs = 1_000

/** Messages in parts arrive within this, in milliseconds. */
const burstTimes = { text: 300, album: 1_000, longest: 3_000 }

export function road(desk: Desk, ground: Ground, deliveries: Deliveries = {}): Road {
  const { store, clock, log, checkpoint } = ground
  const running = runnings()
  const open = new Map<string, { readonly channel: Channel; readonly out: Deliverer }>()

  /** Turns of which a note tells what is shown. */
  const noted = new Set<string>()

  const outbox: Delivery = {
    async live(work, turn) {
      if (work.cause !== 'chat') return liveMessage(undefined, work)
      const name = liveNote(turn)
      const shown = work.resumes === undefined ? undefined : await store.notes.get(name)
      if (shown !== undefined) noted.add(turn)
      // A platform that drops doubles shows the same message again.
      if (shown === underWay && work.channel.keyed !== true) await tellHalf(work, turn)
      return liveMessage(work.channel, work, {
        key: name,
        ...(typeof shown === 'string' && shown !== underWay && { shown }),
        async onShowing() {
          noted.add(turn)
          await store.notes.put(name, underWay)
          await checkpoint('live-showing')
        },
        async onShown(id) {
          await checkpoint('live-shown')
          await store.notes.put(name, id)
          await checkpoint('live-noted')
        },
        onChanged: () => checkpoint('live-changed'),
      })
    },
    async over(turn) {
      if (noted.delete(turn)) await store.notes.remove(liveNote(turn))
    },
    outgoing: (work, turn, message) => rowsOf(work, turn, message, ground),
    async deliver(work, _live, _message, items) {
      open.get(work.channel.name)?.out.add(items)
    },
  }
  const lane = laneOfWork(desk, ground, running, outbox)
  const burst = bursts<Work>(burstTimes, clock, (works) => lane.go(joined(works)))
  const kin = families(burstTimes, clock)

  async function send(channel: string, session: string, message: OutboundMessage): Promise<void> {
    const known = open.get(channel)
    const items = await rowsOf({ channel: known?.channel ?? unopened(channel), session }, '', message, ground)
    await checkpoint('send-packed')
    const fresh = await store.outbox.add(items)
    await checkpoint('send-stored')
    known?.out.add(fresh)
  }

  /** The id of what a former process was showing when it ended is not known: it cannot become the answer. */
  async function tellHalf({ channel, session, message: { at } }: Work, turn: string): Promise<void> {
    await send(channel.name, session, { to: at, text: half, key: `half:${turn}` })
  }

  async function moved(channel: string, from: string, to: string): Promise<void> {
    await open.get(channel)?.out.moved(from, to)
  }

  function settleStopped({ inbox }: Work, turn: string | undefined): void {
    if (turn === undefined && inbox.length === 0) return
    const end = { at: clock.now(), state: 'stopped', trouble: 'Stopped.', messages: [leftOff], outbox: [] } as const
    const stored = turn === undefined ? store.inbox.done(inbox) : store.turns.finish({ id: turn, ...end })
    stored.catch((error: unknown) => log.error(String(error)))
  }

  const inHand = (id: string) => running.holds(id) || burst.find(({ inbox }) => inbox.includes(id)) !== undefined

  const works = (items: readonly InboxItem[], channel: Channel) =>
    recovered(items, (payload) => unpackInbound(payload, channel, store.blobs), channel)

  const entrance = (channel: Channel) =>
    intake(channel, desk, ground, { lane, running, burst, kin, outbox, send, moved })

  return {
    get size() {
      return running.size
    },
    channel: (name) => open.get(name)?.channel,
    receiver(channel) {
      const entry = entrance(channel)
      return {
        ...entry,
        // Whatever a platform sends, it is not the house that speaks.
        async message({ due: _due, ...message }) {
          await open.get(channel.name)?.out.heard(message.at)
          await entry.message(message)
        },
      }
    },
    arrived: (channel, message) => entrance(channel).message(message),
    async open(channel) {
      const out = deliverer(channel, ground, deliveries)
      open.set(channel.name, { channel, out })
      await out.start()
      // What this process has in hand already goes on by itself.
      const left = (await store.inbox.open()).filter(({ id }) => !inHand(id))
      await checkpoint('channel-opened')
      const found = works(left, channel)
      for (const work of found) if (!controlIn(work)) lane.go(work)
      // Control words wait for no lane, now as then.
      for (const work of found) {
        const control = controlIn(work)
        if (control) obeyNow(work, control, desk, ground, outbox).catch((error: unknown) => log.error(String(error)))
      }
    },
    async close(channel) {
      const out = open.get(channel.name)?.out
      open.delete(channel.name)
      await out?.stop(closingMs)
    },
    take(item) {
      const channel = open.get(item.channel)?.channel
      if (!channel) return
      if (!inHand(item.id)) for (const work of works([{ ...item, tries: 0 }], channel)) lane.go(work)
    },
    async ask(channel, message) {
      const { role, cause } = message.due ?? { role: 'owner', cause: 'chat' }
      const work = { channel, message, ...(await desk.route(message)), role, cause, inbox: [] }
      const control = controlIn(work)
      if (control) await obeyNow(work, control, desk, ground, terminal)
      else await lane.enter(work, terminal)
    },
    send,
    stop(session) {
      const dropped = burst.drop((work) => session === undefined || work.session === session)
      const ended = running.stop('stopped', session)
      // Whoever is told that it was stopped must not be answered after a restart.
      for (const { work, turn } of ended) settleStopped(work, turn)
      for (const work of dropped) settleStopped(work, undefined)
      const turns = ended.map(({ work, turn }) => named(work, turn !== undefined))
      return [...turns, ...dropped.map((work) => named(work, false)), ...desk.stopOthers(session)]
    },
    interrupt: (session) => running.stop('interrupted', session).length,
    between: (session, signal, work) => lane.between(session, signal, work),
    async again(session, { channel, chat }) {
      const wanted = { state: 'uncertain', limit: 20 } as const
      // A notice may stand in a chat whose message belongs to another session, such as a job's.
      const both = await Promise.all(
        [{ session }, { channel, chat }].map((of) => store.outbox.list({ ...wanted, ...of })),
      )
      const items = new Map(both.flat().map((item) => [item.id, item]))
      for (const item of [...items.values()].toSorted((left, right) => left.at - right.at)) {
        await store.outbox.mark(item.id, 'waiting')
        open.get(item.channel)?.out.add([item])
      }
      return items.size
    },
    reaches(place) {
      const known = open.get(place.channel)
      return known !== undefined && (known.channel.health?.().state ?? 'up') === 'up' && known.out.isOpen(place)
    },
    async drain(ms) {
      burst.flush()
      const end = clock.now() + Math.max(ms, parkingMs)
      const left = () => Math.max(0, end - clock.now())
      await atMost(clock, left() - parkingMs, lane.idle())
      running.stop('parked')
      await atMost(clock, left(), lane.idle())
      await Promise.all([...open.values()].map(({ out }) => out.stop(left())))
    },
  }
}

/** Stands for the id of a message that is being sent. */
const underWay = ''
const half = 'I was interrupted. An unfinished beginning of my answer may stand above; the whole one comes now.'

/** A channel that is off for now: what is sent to it waits in the outbox. */
const unopened = (name: string): Pick<Channel, 'name' | 'limits'> => ({ name, limits: { maxText: 4_000 } })

/** A turn as people know it. */
function named({ message, cause }: Work, begun: boolean): string {
  const text = message.text.replaceAll(/\s+/g, ' ').trim()
  const title = text.length > 60 ? `${text.slice(0, 59).toWellFormed()}…` : text
  const what = title === '' ? 'a message' : `“${title}”`
  return `${what}${cause === 'chat' ? '' : ` (${cause})`}${begun ? '' : ', which had not begun'}`
}
