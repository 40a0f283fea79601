import type { Channel, OutboundMessage } from '../core/channel.ts'
import type { Store } from '../core/store.ts'
import type { Redactor } from '../kit/redact.ts'

/** The same channel; no secret passes it, also when it comes split over the pieces of a growing message. */
export function redactedChannel(channel: Channel, redact: Redactor): Channel {
  const clean = (message: OutboundMessage): OutboundMessage => ({
    ...message,
    text: redact.text(message.text),
    ...(message.report && { report: redact.value(message.report) }),
  })
  const [typing, live] = [channel.typing?.bind(channel), channel.live?.bind(channel)]
  const [edit, react] = [channel.edit?.bind(channel), channel.react?.bind(channel)]
  return {
    name: channel.name,
    limits: channel.limits,
    start: (receive) => channel.start(receive),
    send: (message) => channel.send(clean(message)),
    stop: () => channel.stop(),
    ...(typing && { typing }),
    ...(edit && { edit: (at, id, text) => edit(at, id, redact.text(text)) }),
    ...(react && { react }),
    ...(live && {
      live(to, options) {
        const growing = live(to, options)
        let stream = redact.stream()
        const push = (text: string) => {
          if (text !== '') growing.push(text)
        }
        return {
          push: (delta) => push(stream.push(delta)),
          restart(why) {
            stream = redact.stream()
            growing.restart(redact.text(why))
          },
          finish(message) {
            push(stream.flush())
            return growing.finish(clean(message))
          },
        }
      },
    }),
  }
}

/** The same store; no secret is written into it. Names of rests and counters that hold one are changed alike at each use. */
export function redactedStore(store: Store, redact: Redactor): Store {
  const { sessions, rests, counters, ledger } = store
  return {
    ...store,
    sessions: {
      ...sessions,
      append: (session, turn, at, messages) => sessions.append(session, turn, at, redact.value(messages)),
    },
    rests: {
      get: (key) => rests.get(redact.text(key)),
      put: (rest) => rests.put(redact.value(rest)),
      clear: (key) => rests.clear(redact.text(key)),
      all: () => rests.all(),
    },
    counters: { next: (name) => counters.next(redact.text(name)) },
    ledger: { ...ledger, add: (row) => ledger.add(redact.value(row)) },
  }
}
