import type { Channel, InboundMessage, OutboundMessage, Receiver } from '../core/channel.ts'
import type { ChatRef } from '../core/place.ts'
import type { InboxItem } from '../core/store.ts'
import { controlIn, type Delivery, obeyNow } from './answer.ts'
import type { Bursts } from './bursts.ts'
import { commandOf } from './commands/commands.ts'
import { type Families, familyOf, kindOf } from './families.ts'
import type { LaneOfWork } from './lane.ts'
import { packInbound, type StoredInbound } from './payload.ts'
import type { Desk, Ground } from './ports.ts'
import { type Runnings, Stop } from './running.ts'
import { exchanged, type Work } from './work.ts'

export interface IntakeParts {
  readonly lane: LaneOfWork
  readonly running: Runnings
  readonly burst: Bursts<Work>
  readonly kin: Families
  readonly outbox: Delivery
  moved(channel: string, from: string, to: string): Promise<void>
  send(channel: string, session: string, message: OutboundMessage): Promise<void>
}

/** What a channel hears: let in or not, stored, then passed on. */
export function intake(channel: Channel, desk: Desk, ground: Ground, parts: IntakeParts): Receiver {
  const { store, clock, checkpoint } = ground
  const { lane, running, burst, kin, outbox } = parts

  async function message(arrived: InboundMessage): Promise<void> {
    await checkpoint('message-arrived')
    const work = await admitted(arrived)
    if (!work) return
    await checkpoint('message-admitted')
    const isAlone = work.cause !== 'chat' || commandOf(work.message) !== undefined
    const earlier = isAlone ? [] : kin.letIn(work)
    if (await keep(work)) {
      await checkpoint('message-stored')
      const control = controlIn(work)
      if (control) await obeyNow(work, control, desk, ground, outbox)
      else if (isAlone) lane.go(work)
      else gather(work)
    }
    for (const item of earlier) await message(item)
  }

  const gather = (work: Work) => burst.add(burstKey(work), work, kindOf(work.message))

  /** The message as work; undefined when it may not come in, which its sender is told where that is due. */
  async function admitted(arrived: InboundMessage): Promise<Work | undefined> {
    const relative = relativeOf(arrived)
    const verdict = await desk.admit(channel.name, relative ? { ...arrived, addressed: true } : arrived)
    const { agent, session } = relative ?? (await desk.route(arrived))
    if (verdict.pass) {
      const { role, cause } = arrived.due ?? { role: verdict.role, cause: 'chat' as const }
      const read = { ...arrived, text: verdict.text }
      return { channel, message: read, session, agent, role, cause, inbox: [ground.newId()] }
    }
    if (verdict.hint !== undefined) await parts.send(channel.name, session, { to: arrived.at, text: verdict.hint })
    if (!verdict.unaddressed) return undefined
    // Let in while this was judged.
    if (relativeOf(arrived)) return admitted(arrived)
    if (arrived.album !== undefined) kin.refused(arrived)
    return undefined
  }

  /** What a message goes on with that does not address the bot. A command must address it by itself. */
  const relativeOf = (arrived: InboundMessage) =>
    arrived.addressed || commandOf(arrived) ? undefined : kin.kinOf(arrived)

  /** False when the message was stored before. */
  async function keep({ message: kept, session, agent, role, inbox }: Work): Promise<boolean> {
    return store.inbox.add({
      id: inbox[0] ?? '',
      channel: channel.name,
      platformId: platformId(kept.at, kept.id),
      session,
      at: clock.now(),
      payload: await packInbound({ message: kept, agent, role }, store.blobs),
    })
  }

  /** Messages of this channel that no turn has taken up. */
  async function waiting(at: ChatRef, id: string): Promise<readonly InboxItem[]> {
    const wanted = platformId(at, id)
    return (await store.inbox.open()).filter(
      (item) => item.channel === channel.name && item.platformId === wanted && item.turn === undefined,
    )
  }

  /** Work that waits in memory says what the store says: one message of it becomes another, or none. */
  function exchange(inbox: string, become: (part: Work) => Work | undefined): void {
    for (const held of burst.drop((work) => work.inbox.includes(inbox))) {
      const rest = exchanged(held, inbox, become)
      if (rest) gather(rest)
    }
    const steered = running.takeBack(inbox)
    const rest = steered && exchanged(steered, inbox, become)
    // Heard again on its way.
    if (rest) lane.go(rest)
    const queued = running.find(({ turn, work }) => turn === undefined && work.inbox.includes(inbox))
    if (!queued) return
    const left = exchanged(queued.work, inbox, become)
    if (left) queued.work = left
    else queued.abort.abort(new Stop('stopped'))
  }

  async function edited(at: ChatRef, id: string, text: string): Promise<void> {
    const changed = ({ message, ...work }: Work): Work => ({ ...work, message: { ...message, text } })
    for (const item of await waiting(at, id)) {
      const stored = JSON.parse(item.payload) as StoredInbound
      const payload = JSON.stringify({ ...stored, message: { ...stored.message, text } })
      if (await store.inbox.replace(channel.name, item.platformId, payload)) exchange(item.id, changed)
    }
  }

  async function deleted(at: ChatRef, id: string): Promise<void> {
    for (const item of await waiting(at, id)) {
      exchange(item.id, () => undefined)
      await store.inbox.done([item.id])
    }
  }

  const moved = (from: ChatRef, to: ChatRef) => parts.moved(channel.name, from.chat, to.chat)

  return { message, edited, deleted, moved }
}

/** How the inbox knows a message of a platform. */
export const platformId = ({ chat }: ChatRef, id: string) => `${chat}/${id}`

const burstKey = ({ session, message }: Work) => [session, familyOf(message)].join('\n')
