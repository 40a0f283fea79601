import { type Channel, DeliveryFailure, type OutboundMessage } from '../core/channel.ts'
import type { NewOutboxItem, OutboxItem } from '../core/store.ts'
import { Lanes } from '../kit/lanes.ts'
import { deliveryPolicy, keyedTries, waitBefore } from './delivery-policy.ts'
import { pacing } from './pacing.ts'
import { packOutbound, unpackOutbound } from './payload.ts'
import type { Ground } from './ports.ts'

/** Sends what stands in the outbox of one channel: each chat in order, chats side by side. */
export interface Deliverer {
  /** Takes up what a former process left. What it was sending is repeated only where a double does no harm or the platform drops it. */
  start(): Promise<void>
  /** Items that were just stored. */
  add(items: readonly NewOutboxItem[]): void
  /** A chat has another id from now on. */
  moved(from: string, to: string): Promise<void>
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>
  /** Sends nothing more; what is being sent is waited for. */
  stop(): Promise<void>
}

export interface Deliveries {
  sent?(item: NewOutboxItem): void
  failed?(item: NewOutboxItem, state: 'uncertain' | 'dead', why: string): void
}

/** The outbox of a channel, worked off. */
export function deliverer(channel: Channel, ground: Ground, deliveries: Deliveries = {}): Deliverer {
  const { store, clock, log, checkpoint } = ground
  const lanes = new Lanes()
  const over = new AbortController()
  const pace = pacing(channel.limits.pace, clock)
  const moved = new Map<string, string>()
  /** Messages on their way: each is sent once, however often it is handed over. */
  const held = new Set<string>()

  function add(items: readonly NewOutboxItem[]): void {
    for (const item of items) {
      if (held.has(item.id)) continue
      held.add(item.id)
      lanes
        .run(item.chat, () => deliver(item))
        .catch((error: unknown) => {
          if (!over.signal.aborted) log.error(`A message to ${channel.name} was not sent: ${String(error)}`)
        })
        .finally(() => held.delete(item.id))
    }
  }

  async function deliver(item: NewOutboxItem): Promise<void> {
    const message = unpackOutbound(item.payload, store.blobs)
    for (let tries = 1; ; tries += 1) {
      over.signal.throwIfAborted()
      await pace.wait(item.chat, over.signal)
      await checkpoint('outbox-taken')
      await store.outbox.mark(item.id, 'sending')
      await checkpoint('outbox-sending')
      try {
        const platformId = await post(channel, { ...message, to: place(message), key: item.id })
        await checkpoint('outbox-sent')
        await store.outbox.mark(item.id, 'sent', { platformId })
        await checkpoint('outbox-marked')
        deliveries.sent?.(item)
        return
      } catch (error) {
        if (!(await after(item, message, asFailure(error), tries))) return
      }
    }
  }

  async function follow(from: string, to: string): Promise<void> {
    moved.set(from, to)
    await store.notes.put(`moved:${channel.name}:${from}`, to)
    await checkpoint('chat-moved')
  }

  const place = ({ to }: OutboundMessage) => ({ ...to, chat: moved.get(to.chat) ?? to.chat })

  /** True when the same message is to be tried again. */
  async function after(
    item: NewOutboxItem,
    message: OutboundMessage,
    failure: DeliveryFailure,
    tries: number,
  ): Promise<boolean> {
    const { kind, movedTo } = failure
    const { next } = deliveryPolicy[kind]
    if (next === 'move' && movedTo !== undefined && tries <= keyedTries) {
      // Surely not sent.
      await store.outbox.mark(item.id, 'waiting', { note: failure.message })
      await follow(message.to.chat, movedTo)
      return true
    }
    const uncertain = next === 'keyed' && (!mayRepeat(message) || tries >= keyedTries)
    if (uncertain || next === 'dead' || next === 'move') {
      await giveUp(item, message, uncertain ? 'uncertain' : 'dead', failure.message)
      return false
    }
    await store.outbox.mark(item.id, next === 'keyed' ? 'sending' : 'waiting', { note: failure.message })
    log.warn(`A message to ${channel.name} waits: ${failure.message}`)
    await clock.sleep(waitBefore(kind, tries, failure.retryAfterMs), over.signal)
    return true
  }

  async function giveUp(
    item: NewOutboxItem,
    message: OutboundMessage,
    state: 'uncertain' | 'dead',
    why: string,
  ): Promise<void> {
    log.warn(
      `A message to ${channel.name} ${state === 'dead' ? 'cannot be delivered' : 'may not have arrived'}: ${why}`,
    )
    if (state === 'dead' || isNotice(item.id)) await store.outbox.mark(item.id, state, { note: why })
    else await tellUncertain(item, message, why)
    deliveries.failed?.(item, state, why)
  }

  /** Marks a message that may have arrived, and says so in its chat. */
  async function tellUncertain(item: NewOutboxItem, message: OutboundMessage, why: string): Promise<void> {
    const notice: NewOutboxItem = {
      id: noticeOf(item.id),
      channel: item.channel,
      chat: item.chat,
      session: item.session,
      at: clock.now(),
      payload: await packOutbound({ to: message.to, text: doubt }, store.blobs),
    }
    await store.outbox.add([notice])
    await checkpoint('doubt-stored')
    await store.outbox.mark(item.id, 'uncertain', { note: why })
    await checkpoint('outbox-uncertain')
    add([notice])
  }

  return {
    add,
    moved: follow,
    async start() {
      for (const { name, value } of await store.notes.list(`moved:${channel.name}:`))
        if (typeof value === 'string') moved.set(name.slice(`moved:${channel.name}:`.length), value)
      const left = (await store.outbox.open(channel.name)).filter(({ id }) => !held.has(id))
      const doubtful = left.filter(isDoubtful)
      // In one go with the look into the store, so that nothing can be sent in between.
      add(left.filter((item) => !isDoubtful(item)))
      for (const item of doubtful)
        await giveUp(
          item,
          unpackOutbound(item.payload, store.blobs),
          'uncertain',
          'picoclaw ended while it was being sent',
        )
    },
    async idle() {
      await lanes.idle()
    },
    async stop() {
      over.abort()
      await lanes.idle()
    },
  }

  /** May a former process have sent what must not be sent twice? */
  function isDoubtful({ state, payload }: OutboxItem): boolean {
    if (state !== 'sending') return false
    const message = unpackOutbound(payload, store.blobs)
    // What replaces another may be written twice.
    return !mayRepeat(message) && message.replaces === undefined
  }

  function mayRepeat({ repeatable }: OutboundMessage): boolean {
    return channel.keyed === true || repeatable === true
  }
}

const doubt = 'My last message here may not have arrived. /again sends it once more.'
const noticeOf = (id: string) => `${id}:doubt`
const isNotice = (id: string) => id.endsWith(':doubt')

/** One call of the platform: an edit where the message is there already, else a send. */
async function post(channel: Channel, message: OutboundMessage): Promise<string> {
  if (message.replaces === undefined || !channel.edit) return channel.send(message)
  try {
    await channel.edit(message.to, message.replaces, message.text)
    return message.replaces
  } catch (error) {
    // What was shown is gone, for example deleted by somebody: the answer still has to arrive.
    if (error instanceof DeliveryFailure && error.kind === 'refused') {
      const { replaces: _, ...whole } = message
      return channel.send(whole)
    }
    // An edit that may have happened may happen again.
    if (error instanceof DeliveryFailure && error.kind === 'uncertain')
      throw new DeliveryFailure('not-sent', error.message, { cause: error })
    throw error
  }
}

function asFailure(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error
  return new DeliveryFailure('uncertain', error instanceof Error ? error.message : String(error), { cause: error })
}
