import { type Channel, DeliveryFailure, keyedForMs, type OutboundMessage } from '../core/channel.ts'
import type { ChatRef } from '../core/place.ts'
import type { NewOutboxItem, OutboxItem } from '../core/store.ts'
import { atMost } from '../kit/at-most.ts'
import { Lanes } from '../kit/lanes.ts'
import { type ClosedChat, closedChats } from './closed-chats.ts'
import { deliveryPolicy, mostTries, waitBefore } from './delivery-policy.ts'
import { isNotice, noticeOf, notices } from './notices.ts'
import { pacing } from './pacing.ts'
import { packOutbound, unpackOutbound } from './payload.ts'
import type { Ground } from './ports.ts'
import { movedNotes } from './routing/moved-chats.ts'

/** Sends what stands in the outbox of one channel: each chat in order, chats side by side. */
export interface Deliverer {
  /** Takes up what a former process left. What it was sending is repeated only where a double does no harm or the platform drops it. */
  start(): Promise<void>
  /** Items that were just stored. */
  add(items: readonly NewOutboxItem[]): void
  /** A chat has another id from now on. */
  moved(from: string, to: string): Promise<void>
  /** Somebody writes from a chat: it is open to us again. */
  heard(place: ChatRef): Promise<void>
  /** False for a chat that is closed to us. */
  isOpen(place: ChatRef): boolean
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>
  /**
   * Sends what is there, but waits for no better time. What is still on its way after `ms` is left: it stays marked as being sent, so that
   * the next start says that it may not have arrived.
   */
  stop(ms: number): Promise<void>
}

/** A message that did not arrive, or may not have. */
export interface Undelivered {
  readonly message: OutboundMessage
  readonly state: 'uncertain' | 'dead'
  readonly why: string
  /** Set when its chat is closed to us: since when, in epoch milliseconds. */
  readonly closedSince?: number
}

export interface Deliveries {
  sent?(item: NewOutboxItem): void
  /** Waited for before the message is marked. */
  failed?(lost: Undelivered): Promise<void>
}

/** A message on its way. */
interface Parcel {
  readonly item: NewOutboxItem
  readonly message: OutboundMessage
  tries: number
  /** Set when a try may have arrived. */
  doubt?: { readonly since: number; readonly why: string }
}

/** The outbox of a channel, worked off. */
export function deliverer(channel: Channel, ground: Ground, deliveries: Deliveries = {}): Deliverer {
  const { store, clock, log, checkpoint } = ground
  const lanes = new Lanes()
  const ending = new AbortController()
  const over = new AbortController()
  const pace = pacing(channel.limits.pace, clock)
  const moved = new Map<string, string>()
  const closed = closedChats(channel.name, store.notes, clock)
  /** Messages on their way: each is sent once, however often it is handed over. */
  const held = new Set<string>()

  function add(items: readonly (NewOutboxItem | OutboxItem)[]): void {
    for (const item of items) {
      if (held.has(item.id)) continue
      held.add(item.id)
      lanes
        .run(item.chat, () => deliver(parcelOf(item)))
        .catch((error: unknown) => {
          if (!ending.signal.aborted) log.error(`A message to ${channel.name} was not sent: ${String(error)}`)
        })
        .finally(() => held.delete(item.id))
    }
  }

  function parcelOf(item: NewOutboxItem | OutboxItem): Parcel {
    const message = unpackOutbound(item.payload, store.blobs)
    // What replaces another may be written twice.
    const isDoubtful = 'state' in item && item.state === 'sending' && message.replaces === undefined
    return { item, message, tries: 0, ...(isDoubtful && { doubt: { since: item.at, why: cutOff } }) }
  }

  async function deliver(parcel: Parcel): Promise<void> {
    const { item, message } = parcel
    for (;;) {
      over.signal.throwIfAborted()
      const to = place(message)
      const shut = closed.at(to)
      if (shut) return giveUp(parcel, 'dead', shut.why, shut)
      if (parcel.doubt && !mayRepeat(parcel)) return giveUp(parcel, 'uncertain', parcel.doubt.why)
      await pace.wait(item.chat, over.signal)
      await checkpoint('outbox-taken')
      await store.outbox.mark(item.id, 'sending')
      await checkpoint('outbox-sending')
      parcel.tries += 1
      try {
        const platformId = await post(channel, { ...message, to, key: item.id })
        await checkpoint('outbox-sent')
        await store.outbox.mark(item.id, 'sent', { platformId })
        await checkpoint('outbox-marked')
        await closed.arrived(to)
        deliveries.sent?.(item)
        return
      } catch (error) {
        // What was left stays as it is marked.
        over.signal.throwIfAborted()
        if (!(await after(parcel, asFailure(error)))) return
      }
    }
  }

  async function follow(from: string, to: string): Promise<void> {
    moved.set(from, to)
    await store.notes.put(`${movedNotes(channel.name)}${from}`, to)
    await checkpoint('chat-moved')
  }

  const place = ({ to }: OutboundMessage) => ({ ...to, chat: moved.get(to.chat) ?? to.chat })

  /** True when the same message is to be tried again. */
  async function after(parcel: Parcel, failure: DeliveryFailure): Promise<boolean> {
    const { item, message, tries } = parcel
    const { kind, movedTo, message: why } = failure
    const { next } = deliveryPolicy[kind]
    if (next === 'move' && movedTo !== undefined && tries <= mostTries) {
      // Surely not sent.
      await store.outbox.mark(item.id, 'waiting', { note: why })
      await follow(message.to.chat, movedTo)
      return true
    }
    if (next === 'close') await giveUp(parcel, 'dead', why, await closed.close(place(message), why))
    else if (next === 'dead' || next === 'move') await giveUp(parcel, 'dead', why)
    else return again(parcel, failure)
    return false
  }

  /** Waits for a better time, where there may be one. */
  async function again(parcel: Parcel, { kind, message: why, retryAfterMs }: DeliveryFailure): Promise<boolean> {
    const { item, tries } = parcel
    if (kind === 'uncertain') {
      parcel.doubt ??= { since: clock.now(), why }
      if (!mayRepeat(parcel) || tries >= mostTries) {
        await giveUp(parcel, 'uncertain', why)
        return false
      }
    }
    await store.outbox.mark(item.id, parcel.doubt ? 'sending' : 'waiting', { note: why })
    log.warn(`A message to ${channel.name} waits: ${why}`)
    await clock.sleep(waitBefore(kind, tries, retryAfterMs), ending.signal)
    return true
  }

  async function giveUp(parcel: Parcel, state: Undelivered['state'], why: string, shut?: ClosedChat): Promise<void> {
    const { item, message } = parcel
    log.warn(
      `A message to ${channel.name} ${state === 'dead' ? 'cannot be delivered' : 'may not have arrived'}: ${why}`,
    )
    await deliveries.failed?.({ message, state, why, ...(shut && { closedSince: shut.since }) })
    if (shut || isNotice(item.id)) await store.outbox.mark(item.id, state, { note: why })
    else await tell(parcel, state, why)
  }

  /** Marks a message that was given up, and says so in its chat. */
  async function tell({ item, message }: Parcel, state: Undelivered['state'], why: string): Promise<void> {
    const notice: NewOutboxItem = {
      id: noticeOf(item.id, state),
      channel: item.channel,
      chat: item.chat,
      session: item.session,
      at: clock.now(),
      payload: await packOutbound({ to: message.to, text: notices[state](message, why) }, store.blobs),
    }
    await store.outbox.add([notice])
    await checkpoint('doubt-stored')
    await store.outbox.mark(item.id, state, { note: why })
    await checkpoint('outbox-uncertain')
    add([notice])
  }

  return {
    add,
    moved: follow,
    heard: (from) => closed.heard(from),
    isOpen: (to) => closed.at(to) === undefined,
    async start() {
      const prefix = movedNotes(channel.name)
      for (const { name, value } of await store.notes.list(prefix))
        if (typeof value === 'string') moved.set(name.slice(prefix.length), value)
      await closed.load()
      // In one go with the look into the store, so that nothing can be sent in between.
      add(await store.outbox.open(channel.name))
    },
    async idle() {
      await lanes.idle()
    },
    async stop(ms) {
      ending.abort()
      if (!over.signal.aborted) await atMost(clock, ms, lanes.idle())
      over.abort()
    },
  }

  /** May a message be sent again that may have arrived? */
  function mayRepeat({ message, doubt }: Parcel): boolean {
    if (message.repeatable) return true
    return channel.keyed === true && clock.now() - (doubt?.since ?? clock.now()) <= keyedForMs
  }
}

const cutOff = 'picoclaw ended while it was being sent'

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
