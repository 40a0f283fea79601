import { type Approvals, approvals } from '../../access/approvals.ts'
import { heardBy } from '../../agent/outside.ts'
import { names } from '../../access/names.ts'
import type { ApprovalPorts, ApprovalRequest } from '../../access/ports.ts'
import { requestText } from '../../access/request-text.ts'
import type { OutboundMessage } from '../../core/channel.ts'
import { textOf } from '../../core/message.ts'
import type { ChatRef } from '../../core/place.ts'
import type { House } from '../house.ts'
import { personOf } from './hear.ts'
import type { Admission } from './admission.ts'

export interface ApprovalParts {
  readonly house: House
  readonly admission: Admission
  newId(): string
  /** True when commands run behind a wall. */
  sandboxed(): Promise<boolean>
  isConsole(place: ChatRef): boolean
  /** True when messages can be sent through a channel now. */
  isOn(channel: string): boolean
  /** Absent: the table of access/rules.ts. */
  readonly rules?: ApprovalPorts['rules'] | undefined
  send(channel: string, session: string, message: OutboundMessage): Promise<void>
  checkpoint(name: string): Promise<void>
  /** Asks the person at the terminal; undefined when nobody is there. */
  readonly confirm?: ((question: string, signal: AbortSignal) => Promise<boolean | undefined>) | undefined
}

/** Messages of a conversation in which a destination may have been named. */
const lookedAt = 200

/** Approvals that ask where an owner is: at the terminal, in this chat, or in the owner's own. */
export function askingApprovals(parts: ApprovalParts): Approvals {
  const { house, admission, confirm } = parts
  const { store, clock } = house
  return approvals({
    grants: {
      ...store.grants,
      async put(grant) {
        await store.grants.put(grant)
        await parts.checkpoint(`approval-${grant.state}-stored`)
      },
      async move(id, from, to) {
        const moved = await store.grants.move(id, from, to)
        await parts.checkpoint(`approval-${to}`)
        return moved
      },
    },
    clock,
    newId: parts.newId,
    sandboxed: async (tool) => (tool === 'exec' || tool === 'bash' || tool === 'cron') && (await parts.sandboxed()),
    isConsole: parts.isConsole,
    async isNamed(destination, { session, origin, sender }) {
      const person = personOf({ at: origin, from: sender })
      const { after } = await store.sessions.state(session)
      const log = await store.sessions.read(session, { last: lookedAt, ...(after !== undefined && { after }) })
      const said = log.flatMap(({ message }) =>
        message.role === 'user' && heardBy(person, message).outside === undefined ? [textOf(message)] : [],
      )
      return names(said, destination)
    },
    async ask(request) {
      const place = await placeOf(request)
      if (!place) return 'nobody'
      await parts.send(place.channel, request.session, {
        to: place,
        text: requestText(request),
        // After a restart it is the same message.
        key: request.grant,
        // A code works once, and an owner who never saw it cannot answer.
        repeatable: true,
      })
      return 'asked'
    },
    ...(parts.rules && { rules: parts.rules }),
    ...(confirm && {
      confirm: (request: ApprovalRequest, signal: AbortSignal) =>
        confirm(`${request.why}\n${request.what}\nAllow it?`, signal),
    }),
  })

  /** The chat it came from when an owner was last seen there, else where an owner was seen last. */
  async function placeOf({ origin }: ApprovalRequest): Promise<ChatRef | undefined> {
    const chats = (await admission.ownerChats()).filter((chat) => parts.isOn(chat.channel))
    return chats.find(({ channel, chat }) => channel === origin.channel && chat === origin.chat) ?? chats[0]
  }
}
