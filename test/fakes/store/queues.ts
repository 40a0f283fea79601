import type { Message } from '../../../src/core/message.ts'
import type {
  InboxItem,
  InboxStore,
  Job,
  JobStore,
  NewOutboxItem,
  OutboxItem,
  OutboxStore,
  TurnRecord,
  TurnStore,
} from '../../../src/core/store.ts'

type Received = InboxItem & { readonly state: 'open' | 'done' | 'aside'; readonly why: string; readonly ended: number }
type Write = (session: string, turn: string, at: number, messages: readonly Message[]) => void

const newest = <Item extends { readonly at: number }>(items: readonly Item[]): readonly Item[] =>
  items.toReversed().sort((left, right) => right.at - left.at)
const oldest = <Item extends { readonly at: number }>(items: readonly Item[]): readonly Item[] =>
  items.toSorted((left, right) => left.at - right.at)

/** Inbox, outbox, turns and jobs in memory: a write to one is often a write to another. */
export function memoryQueues(write: Write) {
  const received = new Map<string, Received>()
  const sent = new Map<string, OutboxItem>()
  const turns = new Map<string, TurnRecord>()
  const jobs = new Map<string, Job>()
  let ended = 0

  const add = (item: Omit<InboxItem, 'tries' | 'turn'>) => {
    const same = received.values().some((old) => old.channel === item.channel && old.platformId === item.platformId)
    if (same) return false
    if (received.has(item.id)) throw new Error(`The inbox has another message with the id ${item.id}.`)
    received.set(item.id, { ...item, tries: 0, state: 'open', why: '', ended: 0 })
    return true
  }
  const changeOpen = (id: string, change: Partial<Received>) => {
    const item = received.get(id)
    if (item?.state === 'open') received.set(id, { ...item, ...change })
  }
  const asItem = ({ id, channel, platformId, session, at, payload, tries, turn }: Received): InboxItem => {
    const item = { id, channel, platformId, session, at, payload, tries }
    return turn === undefined ? item : { ...item, turn }
  }
  const send = <Item extends NewOutboxItem>(items: readonly Item[]): readonly Item[] => {
    const fresh = items.filter(({ id }) => !sent.has(id))
    for (const item of fresh) sent.set(item.id, { ...item, state: 'waiting' })
    return fresh
  }

  const endWith = (turn: string) => {
    for (const item of received.values()) if (item.turn === turn) changeOpen(item.id, { state: 'done', payload: '' })
  }

  const inbox: InboxStore = {
    add: async (item) => add(item),
    open: async () => oldest([...received.values()].filter(({ state }) => state === 'open')).map(asItem),
    async begin(ids) {
      for (const id of ids) changeOpen(id, { tries: (received.get(id)?.tries ?? 0) + 1 })
      return Math.max(0, ...ids.map((id) => (received.get(id)?.state === 'open' ? received.get(id)?.tries : 0) ?? 0))
    },
    async unbegin(ids) {
      for (const id of ids) changeOpen(id, { tries: Math.max(0, (received.get(id)?.tries ?? 0) - 1) })
    },
    async replace(channel, platformId, payload) {
      const item = received.values().find((item) => item.channel === channel && item.platformId === platformId)
      if (item?.state !== 'open' || item.turn !== undefined) return false
      changeOpen(item.id, { payload })
      return true
    },
    async done(ids, items = []) {
      for (const id of ids) changeOpen(id, { state: 'done', payload: '' })
      send(items)
    },
    async setAside(ids, why, items = []) {
      for (const id of ids) changeOpen(id, { state: 'aside', why, ended: (ended += 1) })
      send(items)
    },
    async aside(limit = 100) {
      return [...received.values()]
        .filter(({ state }) => state === 'aside')
        .sort((left, right) => right.ended - left.ended)
        .slice(0, limit)
        .map((item) => ({ ...asItem(item), why: item.why }))
    },
    async takeBack(id, as) {
      const item = received.get(id)
      if (item?.state !== 'aside') return false
      const { turn: _, ...fresh } = item
      received.set(
        id,
        as === 'open' ? { ...fresh, state: 'open', tries: 0, why: '' } : { ...item, state: 'done', payload: '' },
      )
      return true
    },
  }

  const outbox: OutboxStore = {
    add: async (items) => send(items),
    async open(channel) {
      const open = [...sent.values()].filter(({ state }) => state === 'waiting' || state === 'sending')
      return oldest(open.filter((item) => channel === undefined || item.channel === channel))
    },
    async mark(id, state, more = {}) {
      const { note: _, ...item } = sent.get(id) ?? {}
      if (sent.has(id)) sent.set(id, { ...(item as OutboxItem), state, ...more })
    },
    async list({ limit = 100, ...wanted } = {}) {
      return newest([...sent.values()])
        .filter((item) =>
          (['state', 'session', 'channel', 'chat'] as const).every(
            (name) => (wanted[name] ?? item[name]) === item[name],
          ),
        )
        .slice(0, limit)
    },
  }

  const turnStore: TurnStore = {
    async begin({ inbox: ids, messages, ...turn }) {
      if (turns.has(turn.id)) throw new Error(`The turn ${turn.id} has begun already.`)
      turns.set(turn.id, { ...turn, state: 'running' })
      for (const id of ids) changeOpen(id, { turn: turn.id })
      write(turn.session, turn.id, turn.at, messages)
    },
    async finish({ id, at, state, report, trouble, messages, outbox: items }) {
      const turn = turns.get(id)
      if (turn?.state !== 'running') return
      const more = { ...(report !== undefined && { report }), ...(trouble !== undefined && { trouble }) }
      turns.set(id, { ...turn, state, endedAt: at, ...more })
      write(turn.session, id, at, messages)
      send(items)
      endWith(id)
    },
    async join({ id, at, inbox: ids, messages, outbox: items = [] }) {
      const turn = turns.get(id)
      if (!turn) return
      for (const item of ids) changeOpen(item, { turn: id })
      if (turn.state !== 'running') return endWith(id)
      write(turn.session, id, at, messages)
      send(items)
    },
    get: async (id) => turns.get(id),
    async list({ session, state, limit = 100 } = {}) {
      return newest([...turns.values()])
        .filter((turn) => (state ?? turn.state) === turn.state && (session ?? turn.session) === turn.session)
        .slice(0, limit)
    },
  }

  const jobStore: JobStore = {
    put: async (job) => void jobs.set(job.id, { ...job }),
    get: async (id) => jobs.get(id),
    list: async () => [...jobs.values()].sort((left, right) => (left.id < right.id ? -1 : 1)),
    remove: async (id) => jobs.delete(id),
    async fire(id, dueAt, next, item) {
      const job = jobs.get(id)
      if (!job?.enabled || job.nextAt !== dueAt) return false
      jobs.set(id, { id, enabled: next.nextAt !== undefined, ...next })
      add(item)
      return true
    },
  }
  return { inbox, outbox, turns: turnStore, jobs: jobStore }
}
