import type { Clock } from '../core/clock.ts'
import type { Grant, GrantStore } from '../core/store.ts'
import type { ToolContext } from '../core/tool.ts'
import { payloadOf } from './payload.ts'

/** How long an owner may take to decide, and how long what was given may wait to be used. */
export const decisionMs = 600_000
/** How long `always` holds. */
const alwaysMs = 24 * 3_600_000
const keptMs = 7 * 24 * 3_600_000

/** What the grant of one call carries. */
export interface Approval {
  readonly code: string
  /** Of tool, input and session. */
  readonly hash: string
  readonly session: string
  readonly turn: string
  readonly tool: string
  readonly rule: string
  readonly what: string
  readonly why: string
  /** What `always` would cover; see `alwaysKey`. */
  readonly lasting: string
  /** Set when the call was run and its result is known. */
  readonly doneAt?: number
}
interface Lasting {
  readonly lasting: string
  readonly session: string
  readonly by: string
}
export interface Stored {
  readonly grant: Grant
  readonly approval: Approval
}

/** The grants of approvals as the rest of the room speaks of them. */
export function approvalGrants(grants: GrantStore, clock: Clock) {
  const read = (found: readonly Grant[]): readonly Stored[] =>
    found.flatMap((grant) => {
      const approval = payloadOf<Approval>(grant, 'hash')
      return approval ? [{ grant, approval }] : []
    })

  return {
    /** Those of one turn, oldest first. */
    async ofTurn({ session, turn }: Pick<ToolContext, 'session' | 'turn'>): Promise<readonly Stored[]> {
      const found = read(await grants.find(`approval:${session}`))
      return found.filter(({ approval }) => approval.session === session && approval.turn === turn)
    },
    all: async () => read(await grants.find('approval:*')),
    async state(id: string): Promise<Grant['state'] | undefined> {
      return (await grants.get(id))?.state
    },
    async put(id: string, approval: Approval): Promise<Stored> {
      const now = clock.now()
      const grant: Grant = {
        id,
        subject: `approval:${approval.session}`,
        payload: JSON.stringify(approval),
        state: 'asked',
        createdAt: now,
        expiresAt: now + decisionMs,
      }
      for (const old of await grants.find(grant.subject)) if (old.createdAt < now - keptMs) await grants.remove(old.id)
      await grants.put(grant)
      return { grant, approval }
    },
    done: ({ grant, approval }: Stored) =>
      grants.put({ ...grant, state: 'used', payload: JSON.stringify({ ...approval, doneAt: clock.now() }) }),
    async putLasting(id: string, { session, lasting }: Approval, by: string): Promise<void> {
      const now = clock.now()
      const payload: Lasting = { session, lasting, by }
      await grants.put({
        id,
        subject: `always:${session}`,
        payload: JSON.stringify(payload),
        state: 'given',
        createdAt: now,
        expiresAt: now + alwaysMs,
      })
    },
    /** Is this covered by an `always` that still holds? Removes those that do not. */
    async isLasting(session: string, lasting: string): Promise<boolean> {
      let holds = false
      for (const grant of await grants.find(`always:${session}`)) {
        const payload = payloadOf<Lasting>(grant, 'lasting')
        if (payload?.session !== session || grant.state !== 'given') continue
        if ((grant.expiresAt ?? 0) <= clock.now()) await grants.remove(grant.id)
        else holds ||= payload.lasting === lasting
      }
      return holds
    },
    /** Ends every `always` and whatever waits or was given and not used; of one session or all. Resolves to their number. */
    async revoke(session = '*'): Promise<number> {
      const lasting = await grants.find(`always:${session}`)
      for (const { id } of lasting) await grants.remove(id)
      let count = lasting.length
      for (const { id, state } of await grants.find(`approval:${session}`))
        if ((state === 'asked' || state === 'given') && (await grants.move(id, state, 'denied'))) count += 1
      return count
    },
  }
}
export type ApprovalGrants = ReturnType<typeof approvalGrants>
