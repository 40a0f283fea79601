import type { UserMessage } from '../core/message.ts'
import { isSamePlace } from '../core/place.ts'
import type { Work } from './work.ts'

/** Why a turn is ended from outside. */
export class Stop extends Error {
  override readonly name = 'Stop'
  /** `stopped`: by a person, who is told by the command. `parked`: the process ends; the turn goes on in the next one. */
  readonly kind: 'stopped' | 'interrupted' | 'parked'

  constructor(kind: Stop['kind']) {
    super(kind)
    this.kind = kind
  }
}

/** A message that arrived while its person's turn ran. */
export interface Steered {
  readonly work: Work
  readonly messages: readonly UserMessage[]
}

/** A turn that runs, or waits for its lane. */
export interface Running {
  /** May be exchanged until the turn has begun: a message can be edited while it waits. */
  work: Work
  readonly abort: AbortController
  /** Undefined until it has begun. */
  turn?: string
  readonly steered: Steered[]
}

/** The longest queue of messages into a running turn. */
const mostSteered = 10

/** What runs, by session. */
export interface Runnings {
  readonly size: number
  add(work: Work): Running
  remove(running: Running): void
  /** Gives a message to the turn that the same person runs in the session at the same place; false when there is none, or it is full. */
  steer(steered: Steered): boolean
  /** Takes the work with a row of the inbox back from the turn that it waits to be taken in by. */
  takeBack(inbox: string): Work | undefined
  /** True when a turn of the same person has begun in the session, for the same place. */
  canSteer(work: Work): boolean
  /** Ends what runs in a session, or everywhere; resolves to it. */
  stop(kind: Stop['kind'], session?: string): readonly Running[]
  find(match: (running: Running) => boolean): Running | undefined
  /** True when a row of the inbox is being worked on, or waits for that. */
  holds(inbox: string): boolean
}

export function runnings(): Runnings {
  const bySession = new Map<string, Set<Running>>()
  const all = () => [...bySession.values()].flatMap((set) => [...set])
  const mine = (work: Work) =>
    [...(bySession.get(work.session) ?? [])].find(
      ({ turn, work: running, abort, steered }) =>
        turn !== undefined &&
        !abort.signal.aborted &&
        steered.length < mostSteered &&
        running.message.from.id === work.message.from.id &&
        // The answer goes to one place: what was asked elsewhere is answered there.
        isSamePlace(running.message.at, work.message.at) &&
        running.role === work.role &&
        running.cause === work.cause,
    )
  return {
    get size() {
      return all().length
    },
    add(work) {
      const running: Running = { work, abort: new AbortController(), steered: [] }
      const set = bySession.get(work.session) ?? new Set()
      bySession.set(work.session, set.add(running))
      return running
    },
    remove(running) {
      const set = bySession.get(running.work.session)
      set?.delete(running)
      if (set?.size === 0) bySession.delete(running.work.session)
    },
    canSteer: (work) => mine(work) !== undefined,
    steer(steered) {
      const running = mine(steered.work)
      running?.steered.push(steered)
      return running !== undefined
    },
    takeBack(inbox) {
      for (const { steered } of all()) {
        const at = steered.findIndex(({ work }) => work.inbox.includes(inbox))
        if (at >= 0) return steered.splice(at, 1)[0]?.work
      }
      return undefined
    },
    stop(kind, session) {
      const ended = session === undefined ? all() : [...(bySession.get(session) ?? [])]
      for (const { abort } of ended) abort.abort(new Stop(kind))
      return ended
    },
    find: (match) => all().find(match),
    holds: (inbox) =>
      all().some(({ work, steered }) =>
        [work, ...steered.map((each) => each.work)].some((each) => each.inbox.includes(inbox)),
      ),
  }
}
