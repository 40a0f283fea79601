import { randomUUID } from 'node:crypto'
import { type PairedMember, pairing, type Pending } from '../access/pairing.ts'
import { Problem } from '../core/problem.ts'
import { type HouseOptions, openHouse } from './house.ts'

/** The person at the terminal is the owner of this home. */
const terminal = { role: 'owner', who: 'console', automatic: false } as const

type Options = Pick<HouseOptions, 'redactor' | 'write'>

/** Lets in the person who was told a code. */
export function confirmPairing(options: Options, code: string, owner: boolean): Promise<PairedMember> {
  return withPairing(options, async (pairs) => {
    const confirmed = await pairs.confirm(code, terminal, { owner })
    if (confirmed.ok) return confirmed.member
    throw new Problem(confirmed.text)
  })
}

export interface PairingList {
  readonly members: readonly PairedMember[]
  readonly pending: readonly Pending[]
}
export function listPairing(options: Options): Promise<PairingList> {
  return withPairing(options, async (pairs) => ({ members: await pairs.members(), pending: await pairs.pending() }))
}

/** Takes back what was confirmed for `channel:id`. */
export function revokePairing(options: Options, person: string): Promise<void> {
  return withPairing(options, async (pairs) => {
    const [, channel = '', id = ''] = /^([^:]+):(.+)$/.exec(person) ?? []
    if (await pairs.revoke(channel, id)) return
    throw new Problem(`Nobody was paired as ${person}.`, { mend: 'See "picoclaw pair --list"; write channel:id.' })
  })
}

async function withPairing<T>(options: Options, work: (pairs: ReturnType<typeof pairing>) => Promise<T>): Promise<T> {
  const house = await openHouse({ ...options, debug: false })
  try {
    const { grants, notes } = house.store
    return await work(pairing({ grants, notes, clock: house.clock, newId: randomUUID }))
  } finally {
    await house.close()
  }
}
