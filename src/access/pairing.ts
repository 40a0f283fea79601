import type { Clock } from '../core/clock.ts'
import type { InboundMessage } from '../core/channel.ts'
import type { Grant, GrantStore, NoteStore } from '../core/store.ts'
import { Lanes } from '../kit/lanes.ts'
import { clearText, clip } from './clear-text.ts'
import { digestOf, isCode, isSameDigest, newCode, readCode } from './codes.ts'
import type { Member } from './gate.ts'
import { guessBook } from './guesses.ts'
import { payloadOf } from './payload.ts'
import type { Approver } from './ports.ts'

const hourMs = 3_600_000
const codeLength = 8
/** Codes of one channel that wait to be confirmed. */
const mostPending = 3

/** Somebody who was told a code and waits. The code itself is not kept, only its digest. */
export interface Pending {
  readonly channel: string
  readonly id: string
  readonly name: string
  readonly username?: string
  /** Epoch milliseconds. */
  readonly askedAt: number
  readonly expiresAt: number
}
export interface PairedMember extends Member {
  readonly name: string
  /** Epoch milliseconds. */
  readonly since: number
  /** Who confirmed the code. */
  readonly by: string
}
export type Confirmed =
  | { readonly ok: true; readonly member: PairedMember }
  | { readonly ok: false; readonly why: ConfirmRefusal; readonly text: string }
type ConfirmRefusal = 'not-owner' | 'unknown' | 'used' | 'locked'

export interface Pairing {
  /** What to answer to a stranger; undefined: nothing at all. Only for a message that the gate called a stranger's. */
  offer(message: Pick<InboundMessage, 'from' | 'at' | 'kind' | 'due'>): Promise<string | undefined>
  /** Lets the person in who was told the code: as a member, or as another owner. */
  confirm(code: string, by: Approver, options?: { readonly owner?: boolean }): Promise<Confirmed>
  members(): Promise<readonly PairedMember[]>
  pending(): Promise<readonly Pending[]>
  /** Takes back what was confirmed, and a code that waits. False when there was neither. */
  revoke(channel: string, id: string): Promise<boolean>
}

interface Code {
  readonly grant: Grant
  readonly waiting: Waiting
}
interface Waiting extends Omit<Pending, 'askedAt' | 'expiresAt'> {
  readonly digest: string
}

export interface PairingPorts {
  readonly grants: GrantStore
  readonly notes: NoteStore
  readonly clock: Clock
  newId(): string
}

/**
 * Strangers become members: an unknown person in a direct chat is told a code, once an hour, which an owner confirms within that hour.
 * At most three codes wait on a channel; everybody else gets silence.
 */
export function pairing({ grants, notes, clock, newId }: PairingPorts): Pairing {
  const lanes = new Lanes()
  const guesses = guessBook(notes, clock, 'pairing-guesses')

  const codes = async (channel: string): Promise<readonly Code[]> =>
    (await grants.find(`pairing:${channel}`)).flatMap((grant) => {
      const waiting = payloadOf<Waiting>(grant, 'digest')
      return waiting ? [{ grant, waiting }] : []
    })
  const lives = (grant: Grant) => clock.now() < (grant.expiresAt ?? 0)
  const waits = (grant: Grant) => grant.state === 'asked' && lives(grant)

  async function offer({ from, at, kind, due }: Parameters<Pairing['offer']>[0]): Promise<string | undefined> {
    if (kind !== 'direct' || from.bot === true || from.id === '' || due) return undefined
    const known = (await codes(at.channel)).filter(({ waiting }) => waiting.channel === at.channel)
    for (const { grant } of known) if (!lives(grant)) await grants.remove(grant.id)
    const recent = known.filter(({ grant }) => lives(grant))
    if (recent.some(({ waiting }) => waiting.id === from.id)) return undefined
    if (recent.filter(({ grant }) => waits(grant)).length >= mostPending) return undefined
    const code = newCode(codeLength)
    const payload: Waiting = {
      channel: at.channel,
      id: from.id,
      name: shown(from.name),
      ...(from.username !== undefined && { username: shown(from.username) }),
      digest: digestOf(code),
    }
    const now = clock.now()
    await grants.put({
      id: newId(),
      subject: `pairing:${at.channel}`,
      payload: JSON.stringify(payload),
      state: 'asked',
      createdAt: now,
      expiresAt: now + hourMs,
    })
    return hint(code)
  }

  async function confirm(typed: string, by: Approver, owner: boolean): Promise<Confirmed> {
    if (by.role !== 'owner' || by.automatic) return refused('not-owner', 'Only an owner can confirm a code.')
    const code = readCode(typed)
    if (!isCode(code, codeLength))
      return refused('unknown', `A pairing code has ${codeLength} letters and digits, such as ABCD-2345.`)
    const until = await guesses.waitUntil(by.who)
    if (until !== undefined) return refused('locked', lockedText(until - clock.now()))
    const digest = digestOf(code)
    // All are compared, so that the time tells nothing.
    const fitting = (await codes('*')).filter(
      ({ grant, waiting }) => isSameDigest(waiting.digest, digest) && lives(grant),
    )
    const found = fitting.find(({ grant }) => grant.state === 'asked')
    if (found) return letIn(found, by, owner)
    const used = fitting.find(({ grant }) => grant.state === 'used')
    if (used) return refused('used', `This code was confirmed already, for ${used.waiting.name}. It works once.`)
    await guesses.wrong(by.who)
    return refused('unknown', 'No code like this waits. Codes hold for one hour and work once.')
  }

  async function letIn({ grant, waiting }: Code, by: Approver, owner: boolean): Promise<Confirmed> {
    const { channel, id, name } = waiting
    const member = { channel, id, name, role: owner ? 'owner' : 'member', since: clock.now(), by: by.who } as const
    // Before the code is used up: a process that ends in between must not leave a person out whose code is gone.
    await grants.put({
      id: memberId(channel, id),
      subject: `member:${channel}`,
      payload: JSON.stringify(member),
      state: 'given',
      createdAt: member.since,
    })
    if (await grants.move(grant.id, 'asked', 'used')) return { ok: true, member }
    if ((await grants.get(grant.id))?.state === 'used')
      return refused('used', 'Somebody confirmed this code before you.')
    await grants.remove(memberId(channel, id))
    return refused('unknown', 'This code was taken back just now.')
  }

  return {
    offer: (message) => lanes.run(`offer ${message.at.channel}`, () => offer(message)),
    // One at a time: guesses that come all at once are counted all the same.
    confirm: (code, by, { owner = false } = {}) => lanes.run('confirm', () => confirm(code, by, owner)),
    async members() {
      const given = (await grants.find('member:*')).filter(({ state }) => state === 'given')
      return given.flatMap((grant) => payloadOf<PairedMember>(grant, 'since') ?? [])
    },
    async pending() {
      return (await codes('*'))
        .filter(({ grant }) => waits(grant))
        .map(({ grant, waiting: { channel, id, name, username } }) => ({
          channel,
          id,
          name,
          ...(username !== undefined && { username }),
          askedAt: grant.createdAt,
          expiresAt: grant.expiresAt ?? 0,
        }))
    },
    async revoke(channel, id) {
      const member = await grants.get(memberId(channel, id))
      if (member) await grants.remove(member.id)
      const waiting = (await codes('*')).filter(({ waiting }) => waiting.channel === channel && waiting.id === id)
      const moved = await Promise.all(waiting.map(({ grant }) => grants.move(grant.id, 'asked', 'denied')))
      return member !== undefined || moved.includes(true)
    },
  }
}

/** As JSON, so that no channel and id can be read as another pair. */
const memberId = (channel: string, id: string) => `member:${JSON.stringify([channel, id])}`

const shown = (name: string) => clip(clearText(name), 100)

function hint(code: string): string {
  return [
    `I do not know you yet. Your code is ${code.slice(0, 4)}-${code.slice(4)}.`,
    'Give it to my owner within an hour: they confirm it with /pair and the code, in a chat with me or in the terminal.',
  ].join(' ')
}

function refused(why: ConfirmRefusal, text: string): Confirmed {
  return { ok: false, why, text }
}

function lockedText(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000))
  return `Too many wrong codes. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`
}
