import type { Channel, LiveMessage, OutboundMessage } from '../core/channel.ts'
import type { Redactor } from '../kit/redact.ts'

/** The same channel; no secret passes it, also when it comes split over the pieces of a growing message. */
export function redactedChannel(channel: Channel, redact: Redactor): Channel {
  const clean = (message: OutboundMessage): OutboundMessage => ({
    ...message,
    text: redact.text(message.text),
    ...(message.report && { report: redact.value(message.report) }),
  })
  const changed: Partial<Channel> = {
    send: (message) => channel.send(clean(message)),
    ...(channel.edit && { edit: (at, id, text) => channel.edit?.(at, id, redact.text(text)) ?? Promise.resolve() }),
    ...(channel.live && {
      live: (to, options) => redactedLive(channel.live?.(to, options), clean, redact),
    }),
    ...(channel.confirm && {
      confirm: (question, signal) => channel.confirm?.(redact.text(question), signal) ?? Promise.resolve(undefined),
    }),
  } as Partial<Channel>
  return new Proxy(channel, {
    get(target, name) {
      const own: unknown = Reflect.get(changed, name)
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

function redactedLive(
  growing: LiveMessage | undefined,
  clean: (message: OutboundMessage) => OutboundMessage,
  redact: Redactor,
): LiveMessage | undefined {
  if (!growing) return undefined
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
    ...(growing.activity && { activity: (line) => growing.activity?.(redact.text(line)) }),
    ...(growing.settle && {
      async settle() {
        push(stream.flush())
        return growing.settle?.()
      },
    }),
    finish(message) {
      push(stream.flush())
      return growing.finish(clean(message))
    },
  }
}
