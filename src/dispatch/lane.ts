import type { OutboundMessage } from '../core/channel.ts'
import { Lanes } from '../kit/lanes.ts'
import { Places } from '../kit/places.ts'
import { answer, type Delivery, rowsOf, tellHeard } from './answer.ts'
import { commandOf } from './commands/commands.ts'
import type { Desk, Ground } from './ports.ts'
import { type Running, type Runnings, Stop } from './running.ts'
import { alone } from './session-lease.ts'
import type { Work } from './work.ts'

/** Starts of one message before it is set aside: each further one was ended by a crash. */
const mostStarts = 2

/** Messages of one session, one after another; sessions side by side. */
export interface LaneOfWork {
  /** Resolves when the message is answered, or has been taken in by the turn that runs. Rejects only when the store fails. */
  enter(work: Work, delivery: Delivery): Promise<void>
  /** The same for a message that nobody waits for. */
  go(work: Work): void
  /** Work on a session between two of its turns. */
  between(session: string, signal: AbortSignal, work: () => Promise<void>): Promise<void>
  /** Resolves when nothing is left. */
  idle(): Promise<void>
}

export function laneOfWork(desk: Desk, ground: Ground, running: Runnings, outbox: Delivery): LaneOfWork {
  const { store, clock, log, checkpoint } = ground
  const lanes = new Lanes()
  const leased = { leases: store.leases, clock, isDead: (owner: string) => ground.isDead?.(owner) ?? false }
  const places = new Places(ground.parallelTurns)

  function go(work: Work): void {
    enter(work, outbox).catch((error: unknown) => {
      log.error(`A message of ${work.channel.name} was left unanswered: ${String(error)}`)
    })
  }

  async function enter(work: Work, delivery: Delivery): Promise<void> {
    // Without a wait before it, so that a word that stops everything finds it.
    const entry = running.add(work)
    try {
      if (mayJoin(work) && (await joins(entry, delivery))) return
      await lanes.run(work.session, () => places.run(() => attend(entry, delivery)))
    } finally {
      running.remove(entry)
      await passOn(entry)
    }
  }

  /** Messages that the turn did not take in get one of their own, unless everything was to end. */
  async function passOn({ abort, steered: left }: Running): Promise<void> {
    for (const { work } of left.splice(0)) {
      if (!abort.signal.aborted) go(work)
      else if (!isParked(abort.signal)) await store.inbox.done(work.inbox)
    }
  }

  const mayJoin = (work: Work): boolean =>
    work.cause === 'chat' &&
    work.resumes === undefined &&
    work.inbox.length > 0 &&
    !commandOf(work.message) &&
    running.canSteer(work)

  /** True when a turn of the same person takes the message in. */
  async function joins(entry: Running, delivery: Delivery): Promise<boolean> {
    const { work, abort } = entry
    const heard = await desk.hear(work.message, work, abort.signal).catch(() => undefined)
    if (abort.signal.aborted) return false
    // It was edited meanwhile.
    if (entry.work !== work) return joins(entry, delivery)
    // What could not be heard, or was not understood at all, is told by a turn of its own.
    if (!heard?.messages.length || !running.steer({ work, messages: heard.messages })) return false
    await tellHeard(work, heard, ground, delivery)
    return true
  }

  async function attend(entry: Running, delivery: Delivery): Promise<void> {
    const { work, abort } = entry
    if (abort.signal.aborted && work.inbox.length > 0) {
      if (!isParked(abort.signal)) await store.inbox.done(work.inbox)
      return
    }
    if (work.inbox.length > 0) {
      await checkpoint('message-beginning')
      const starts = await store.inbox.begin(work.inbox)
      // Somebody else has answered it meanwhile.
      if (starts === 0) return
      if (starts > mostStarts) return giveUp(work, delivery)
    }
    await checkpoint('message-begun')
    try {
      await alone(work.session, ground.owner, leased, abort.signal, async () => {
        await checkpoint('session-held')
        if (await isOver(work)) return store.inbox.done(work.inbox)
        await endDeadTurns(work)
        await answer(entry, desk, ground, delivery)
      })
    } finally {
      // Only starts that end in a crash count.
      if (isParked(abort.signal)) await store.inbox.unbegin(work.inbox)
    }
  }

  /** True when the turn that was to go on has ended: another process was still at it, or it was stopped there. */
  async function isOver({ resumes }: Work): Promise<boolean> {
    const turn = resumes === undefined ? undefined : await store.turns.get(resumes)
    return turn !== undefined && turn.state !== 'running'
  }

  /** Turns of this session that a dead process left without a message to resume them by. */
  async function endDeadTurns({ session, resumes }: Work): Promise<void> {
    const dead = (await store.turns.list({ session, state: 'running' })).filter(({ id }) => id !== resumes)
    if (dead.length === 0) return
    // One that a message waits for goes on when its channel opens.
    const awaited = new Set((await store.inbox.open()).map(({ turn }) => turn))
    for (const { id } of dead)
      if (!awaited.has(id))
        await store.turns.finish({ id, at: clock.now(), state: 'interrupted', messages: [], outbox: [] })
  }

  /** A message that ended its process twice is kept, told and not tried again. */
  async function giveUp(work: Work, delivery: Delivery): Promise<void> {
    const message: OutboundMessage = { to: work.message.at, replyTo: work.message.id, text: poison }
    const items = await rowsOf(work, work.resumes ?? '', message, ground)
    log.error(`A message of ${work.channel.name} was set aside: picoclaw ended twice while it worked on it.`)
    await store.inbox.setAside(work.inbox, 'picoclaw ended twice while it worked on this message', items)
    if (work.resumes !== undefined)
      await store.turns.finish({ id: work.resumes, at: clock.now(), state: 'interrupted', messages: [], outbox: [] })
    await delivery.deliver(work, undefined, message, items)
  }

  const between: LaneOfWork['between'] = (session, signal, work) =>
    lanes.run(session, async () => {
      signal.throwIfAborted()
      await alone(session, ground.owner, leased, signal, work)
    })

  return { enter, go, between, idle: () => lanes.idle() }
}

const isParked = ({ reason }: AbortSignal) => reason instanceof Stop && reason.kind === 'parked'

const poison =
  'I could not work on your last message: picoclaw ended twice while it tried. It is set aside and will not be tried again.'
