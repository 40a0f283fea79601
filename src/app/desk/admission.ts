import type { InboundMessage, Sender } from '../../core/channel.ts'
import type { ChatRef } from '../../core/place.ts'
import type { Role } from '../../core/tool.ts'
import { gate, roleOf } from '../../access/gate.ts'
import { pairing, type Pairing } from '../../access/pairing.ts'
import { refusals } from '../../access/refusals.ts'
import type { Verdict } from '../../dispatch/ports.ts'
import type { House } from '../house.ts'

/** Who may come in. */
export interface Admission {
  admit(channel: string, message: InboundMessage): Promise<Verdict>
  readonly pairing: Pairing
  /** The rights of a person; undefined for a stranger. */
  role(channel: string, person: Pick<Sender, 'id' | 'username'>): Promise<Role | undefined>
  /** Where owners wrote in direct chats, whichever was written in last first. */
  ownerChats(): Promise<readonly ChatRef[]>
  /** Stores what was counted. */
  flush(): Promise<void>
}

const chatNote = 'owner-chat:'
interface OwnerChat {
  readonly at: ChatRef
  /** Absent in what older versions stored. */
  readonly from?: string
  readonly seenAt: number
}

export function admission(house: House, newId: () => string): Admission {
  const { store, clock } = house
  const pairs = pairing({ grants: store.grants, notes: store.notes, clock, newId })
  const refused = refusals({ notes: store.notes, clock })
  /** The owner and chat that the latest note is about: the next message of the same needs none. */
  let noted: string | undefined

  async function people(channel: string) {
    const { config } = house.current.loaded
    const entry = config.channel_list[channel]
    return {
      ...(entry && { kind: entry.type, groupTrigger: entry.group_trigger }),
      allowFrom: entry?.allow_from ?? [],
      owners: config.owners,
      members: await pairs.members(),
    }
  }

  const role: Admission['role'] = async (channel, person) => roleOf({ ...(await people(channel)), channel }, person)

  /** Remembers where an owner can be reached. */
  async function note({ at, from }: InboundMessage): Promise<void> {
    const latest = JSON.stringify([from.id, at])
    if (noted === latest) return
    await store.notes.put(`${chatNote}${at.channel}:${from.id}`, { at: { ...at }, from: from.id, seenAt: clock.now() })
    noted = latest
  }

  return {
    pairing: pairs,
    async admit(channel, message) {
      const answer = gate({ ...(await people(channel)), message })
      if (answer.pass) {
        if (answer.role === 'owner' && message.kind === 'direct' && !message.due) await note(message)
        return answer
      }
      const { from } = message
      await refused.note({
        channel,
        person: from.id,
        name: from.name,
        why: answer.why,
        ...(answer.line !== undefined && { line: answer.line }),
      })
      const hint = answer.why === 'stranger' ? await pairs.offer(message) : undefined
      return {
        pass: false,
        ...(hint !== undefined && { hint }),
        ...(answer.why === 'not-addressed' && { unaddressed: true }),
      }
    },
    role,
    async ownerChats() {
      const notes = await store.notes.list(chatNote)
      const found = notes.map(async ({ name, value }) => {
        const chat = value as unknown as OwnerChat
        const id = chat.from ?? name.slice(`${chatNote}${chat.at.channel}:`.length)
        // Who was an owner once need not be one now.
        return (await role(chat.at.channel, { id })) === 'owner' ? [chat] : []
      })
      const chats = (await Promise.all(found)).flat()
      return chats.toSorted((left, right) => right.seenAt - left.seenAt).map(({ at }) => at)
    },
    flush: () => refused.flush(),
  }
}
