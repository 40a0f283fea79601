import type { Clock } from '../core/clock.ts'
import type { GrantStore } from '../core/store.ts'
import type { Approval, ApprovalGrants, Stored } from './approval-grants.ts'
import { digestOf, isSameDigest, readCode } from './codes.ts'
import type { Approver } from './ports.ts'
import { waitFor } from './wait-for.ts'

/** Another process may have decided: the store is looked at this often. */
const lookEveryMs = 2_000

export type Decided =
  | { readonly ok: true; readonly tool: string; readonly what: string; readonly session: string }
  | { readonly ok: false; readonly why: 'not-owner' | 'unknown' | 'late'; readonly text: string }

/** A request that waits for an owner. */
export interface PendingApproval extends Pick<Approval, 'code' | 'tool' | 'what' | 'why' | 'session' | 'turn'> {
  readonly grant: string
  /** Epoch milliseconds. */
  readonly askedAt: number
  readonly expiresAt: number
}

export interface Decisions {
  /**
   * An owner's word, once: who decides first has decided. With `always` the same tool may, for the same reason, reach the same
   * destination (or run with exactly the same arguments) again in this session for 24 hours.
   */
  decide(
    code: string,
    decision: 'given' | 'denied',
    by: Approver,
    options?: { readonly always?: boolean },
  ): Promise<Decided>
  /** Oldest first. */
  pending(): Promise<readonly PendingApproval[]>
  /** Denies what waits, takes back what was given and not used, ends every `always`; of one session or all. Resolves to their number. */
  revoke(session?: string): Promise<number>
}

interface Deciding extends Decisions {
  /** Resolves when a grant is no longer asked for, or at a time. */
  changed(grant: string, until: number, signal: AbortSignal): Promise<void>
}

export interface DecisionPorts {
  readonly grants: ApprovalGrants
  readonly store: GrantStore
  readonly clock: Clock
  newId(): string
}

export function decisions({ grants, store, clock, newId }: DecisionPorts): Deciding {
  const waiting = new Map<string, PromiseWithResolvers<void>>()
  const wake = (id: string) => waiting.get(id)?.resolve()
  const isOpen = ({ grant }: Stored) => grant.state === 'asked' && clock.now() < (grant.expiresAt ?? 0)

  return {
    async decide(typed, decision, by, { always = false } = {}) {
      if (by.role !== 'owner' || by.automatic) return refused('not-owner', 'Only an owner can decide this.')
      const digest = digestOf(readCode(typed))
      const fitting = (await grants.all()).filter(({ approval }) => isSameDigest(digestOf(approval.code), digest))
      const found = fitting.find(isOpen)
      if (!found)
        return fitting.length > 0
          ? refused('late', 'This was decided already, or its time is over.')
          : refused('unknown', 'Nothing with this code waits for a decision.')
      const { grant, approval } = found
      if (!(await store.move(grant.id, 'asked', decision))) return refused('late', 'Somebody decided this before you.')
      if (decision === 'given' && always) await grants.putLasting(newId(), approval, by.who)
      wake(grant.id)
      const { tool, what, session } = approval
      return { ok: true, tool, what, session }
    },
    async pending() {
      return (await grants.all()).filter(isOpen).map(({ grant, approval }) => {
        const { code, tool, what, why, session, turn } = approval
        const [askedAt, expiresAt] = [grant.createdAt, grant.expiresAt ?? 0]
        return { grant: grant.id, code, tool, what, why, session, turn, askedAt, expiresAt }
      })
    },
    async revoke(session) {
      const count = await grants.revoke(session)
      for (const id of waiting.keys()) wake(id)
      return count
    },
    async changed(id, until, signal) {
      const woken = Promise.withResolvers<void>()
      waiting.set(id, woken)
      try {
        while (clock.now() < until && (await grants.state(id)) === 'asked') {
          const next = Math.min(until, clock.now() + lookEveryMs)
          await waitFor(clock, next, signal, { work: () => woken.promise, late: undefined })
        }
      } finally {
        waiting.delete(id)
      }
    },
  }
}

function refused(why: 'not-owner' | 'unknown' | 'late', text: string): Decided {
  return { ok: false, why, text }
}
