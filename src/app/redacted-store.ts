import type { InboxItem, OutboxItem, Store } from '../core/store.ts'
import type { Redactor } from '../kit/redact.ts'

/**
 * The same store; no secret is written into it. Names that hold one (of rests, counters, notes, grants, scopes of money) are changed alike at
 * each use, so that they still find what they name. Blobs are bytes as they came.
 */
export function redactedStore(store: Store, redact: Redactor): Store {
  return {
    ...store,
    ...conversations(store, redact),
    ...queues(store, redact),
    ...facts(store, redact),
    ...money(store, redact),
  }
}

function conversations({ sessions, turns }: Store, redact: Redactor) {
  const send = outgoing(redact)
  return {
    sessions: {
      ...sessions,
      append: (session, turn, at, messages) => sessions.append(session, turn, at, redact.value(messages)),
      change: (session, state) => sessions.change(session, redact.value(state)),
    },
    turns: {
      ...turns,
      begin: (turn) => turns.begin({ ...turn, messages: redact.value(turn.messages) }),
      join: ({ outbox = [], ...turn }) =>
        turns.join({ ...turn, messages: redact.value(turn.messages), outbox: outbox.map(send) }),
      finish: ({ report, trouble, ...turn }) =>
        turns.finish({
          ...turn,
          ...(report !== undefined && { report: json(report, redact) }),
          ...(trouble !== undefined && { trouble: redact.text(trouble) }),
          messages: redact.value(turn.messages),
          outbox: turn.outbox.map(send),
        }),
    },
  } satisfies Partial<Store>
}

function queues({ inbox, outbox, jobs }: Store, redact: Redactor) {
  const receive = <Item extends Omit<InboxItem, 'tries' | 'turn'>>(item: Item): Item => ({
    ...item,
    payload: json(item.payload, redact),
  })
  return {
    inbox: {
      ...inbox,
      add: (item) => inbox.add(receive(item)),
      replace: (channel, platformId, payload) => inbox.replace(channel, platformId, json(payload, redact)),
      done: (ids, items) => inbox.done(ids, items?.map(outgoing(redact))),
      setAside: (ids, why, items) => inbox.setAside(ids, redact.text(why), items?.map(outgoing(redact))),
    },
    outbox: {
      ...outbox,
      add: (items) => outbox.add(items.map(outgoing(redact))),
      mark: (id, state, more) => outbox.mark(id, state, more && redact.value(more)),
    },
    jobs: {
      ...jobs,
      put: (job) => jobs.put({ ...job, payload: json(job.payload, redact) }),
      fire: (id, dueAt, next, item) =>
        jobs.fire(id, dueAt, { ...next, payload: json(next.payload, redact) }, receive(item)),
    },
  } satisfies Partial<Store>
}

function facts({ grants, notes, rests, counters }: Store, redact: Redactor) {
  const { text } = redact
  return {
    grants: {
      put: (grant) => grants.put({ ...redact.value(grant), payload: json(grant.payload, redact) }),
      get: (id) => grants.get(text(id)),
      find: (subject) => grants.find(text(subject)),
      move: (id, from, to) => grants.move(text(id), from, to),
      remove: (id) => grants.remove(text(id)),
    },
    notes: {
      get: (name) => notes.get(text(name)),
      put: (name, value) => notes.put(text(name), redact.value(value)),
      remove: (name) => notes.remove(text(name)),
      list: (prefix) => notes.list(text(prefix)),
    },
    rests: {
      get: (key) => rests.get(text(key)),
      put: (rest) => rests.put(redact.value(rest)),
      clear: (key) => rests.clear(text(key)),
      all: () => rests.all(),
    },
    counters: { next: (name) => counters.next(text(name)) },
  } satisfies Partial<Store>
}

function money({ budget, ledger }: Store, redact: Redactor) {
  return {
    budget: {
      async reserve({ caps, ...reservation }) {
        const clean = redact.value(caps)
        const answer = await budget.reserve({ ...reservation, caps: clean })
        return answer.ok ? answer : { ...answer, cap: caps[clean.indexOf(answer.cap)] ?? answer.cap }
      },
      settle: (id, at, micros, scopes) => budget.settle(id, at, micros, redact.value(scopes)),
      spent: (scope, since, now) => budget.spent(redact.text(scope), since, now),
    },
    ledger: { ...ledger, add: (row) => ledger.add(redact.value(row)) },
  } satisfies Partial<Store>
}

const outgoing =
  (redact: Redactor) =>
  <Item extends Pick<OutboxItem, 'payload'>>(item: Item): Item => ({ ...item, payload: json(item.payload, redact) })

/** JSON text without secrets. It stays JSON: a secret that ends in a backslash would take the quote after it along. */
function json(text: string, redact: Redactor): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return redact.text(text)
  }
  return JSON.stringify(redact.value(value))
}
