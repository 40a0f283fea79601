import assert from 'node:assert/strict'
import {
  type Channel,
  DeliveryFailure,
  type InboundMessage,
  type LiveMessage,
  type OutboundMessage,
  type Receiver,
} from '../../src/core/channel.ts'

export interface FakeChannel extends Channel {
  /** Messages as the platform has them now, by id. */
  readonly shown: ReadonlyMap<string, OutboundMessage>
  /** Every call that reached the platform, refused ones included. */
  readonly calls: readonly string[]
  /** Chats in which typing was shown. */
  readonly typed: readonly string[]
  readonly texts: readonly string[]
  /** A message from outside, as the platform would bring it. */
  hear(message: Partial<InboundMessage> & { readonly text: string }): Promise<void>
  readonly receiver: Receiver
}

type Sending = void | { readonly arrives: DeliveryFailure }

interface FakeChannelOptions {
  readonly name?: string
  readonly maxText?: number
  readonly keyed?: boolean
  /** True when the platform knows no key of former sends any more. */
  keyForgotten?(): boolean
  /** Messages grow while they are written, edited at each push. */
  readonly live?: boolean
  /** Throws a DeliveryFailure to refuse the nth send (from 0). `effect: true` on the thrown failure lets the message arrive all the same. */
  onSend?(count: number, message: OutboundMessage): Sending | Promise<Sending>
}

/** A platform in memory that refuses what real ones refuse: a text too long or empty, an edit of a message that is not there. */
export function fakeChannel({
  name = 'fake',
  maxText = 4_000,
  keyed,
  keyForgotten,
  live,
  onSend,
}: FakeChannelOptions = {}): FakeChannel {
  const shown = new Map<string, OutboundMessage>()
  const keys = new Map<string, string>()
  const calls: string[] = []
  const typed: string[] = []
  let receiver: Receiver | undefined
  let count = 0
  let heard = 0

  async function send(message: OutboundMessage): Promise<string> {
    calls.push(`send ${message.text}`)
    if (message.text.length > maxText) throw new DeliveryFailure('refused', 'The message is too long.')
    if (message.text === '' && !message.attachments?.length)
      throw new DeliveryFailure('refused', 'The message is empty.')
    if ((message.attachments?.length ?? 0) > 1) throw new DeliveryFailure('refused', 'One file a message.')
    if (keyForgotten?.()) keys.clear()
    const known = keyed && message.key !== undefined ? keys.get(message.key) : undefined
    if (known !== undefined) return known
    const failed = await onSend?.(count++, message)
    const id = `m${shown.size + 1}`
    shown.set(id, message)
    if (message.key !== undefined) keys.set(message.key, id)
    if (failed) throw failed.arrives
    return id
  }

  async function edit(id: string, text: string): Promise<void> {
    calls.push(`edit ${text}`)
    const message = shown.get(id)
    if (!message) throw new DeliveryFailure('refused', 'There is no such message.')
    if (text.length > maxText) throw new DeliveryFailure('refused', 'The message is too long.')
    shown.set(id, { ...message, text })
  }

  function growing(to: OutboundMessage['to'], options: Parameters<NonNullable<Channel['live']>>[1] = {}): LiveMessage {
    let id = options.shown
    let text = ''
    let work: Promise<void> = Promise.resolve()
    const next = (step: () => Promise<void>) => (work = work.then(step))
    return {
      push(delta) {
        text += delta
        const words = text
        next(async () => {
          if (id !== undefined) return edit(id, words)
          await options.onShowing?.()
          id = await send({ to, text: words })
          await options.onShown?.(id)
        })
      },
      restart() {
        text = ''
      },
      async settle() {
        await work
        return id
      },
      finish: () => assert.fail('The outbox finishes.'),
    }
  }

  return {
    name,
    limits: { maxText },
    ...(keyed !== undefined && { keyed }),
    shown,
    calls,
    typed,
    get texts() {
      return [...shown.values()].map(({ text }) => text)
    },
    get receiver() {
      assert.ok(receiver, 'the channel is not started')
      return receiver
    },
    async start(to) {
      receiver = to
    },
    async stop() {
      receiver = undefined
    },
    send,
    edit: (_at, id, text) => edit(id, text),
    ...(live && { live: growing }),
    typing(at) {
      typed.push(at.chat)
      return { [Symbol.dispose]() {} }
    },
    async fetch(ref) {
      return Buffer.from(`bytes of ${ref}`)
    },
    async hear(message) {
      heard += 1
      assert.ok(receiver, 'the channel is not started')
      await receiver.message({
        id: `in${heard}`,
        from: { id: 'p1', name: 'Ann' },
        at: { channel: name, chat: 'c1' },
        kind: 'direct',
        attachments: [],
        addressed: true,
        ...message,
      })
    },
  }
}
