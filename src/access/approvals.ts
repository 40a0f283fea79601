import type { ToolCallPart } from '../core/message.ts'
import type { Tool, ToolContext, ToolOutput } from '../core/tool.ts'
import { approvalGrants, decisionMs, type Stored } from './approval-grants.ts'
import { callHash, callText } from './call-text.ts'
import { newCode } from './codes.ts'
import { type Decisions, decisions } from './decide.ts'
import { factsOf } from './facts.ts'
import type { ApprovalPorts, ApprovalRequest } from './ports.ts'
import { type Ending, refusedOutput } from './refused.ts'
import { type CallFacts, judge, type Verdict } from './rules.ts'
import { waitFor } from './wait-for.ts'

type Call = Pick<ToolCallPart, 'name' | 'input'>
type Ask = Extract<Verdict, { readonly ask: string }>

/** The call and the rule in words, as an owner would have read them. */
export type Unattended = Pick<ApprovalRequest, 'what' | 'why'>

export interface Approvals extends Decisions {
  /**
   * To be asked right before a tool runs. Undefined: it may run, once. Else the output that stands for its result. Waits while an owner
   * decides, at most ten minutes; throws when the turn is aborted. After a restart the same call of the same turn goes on where it was.
   */
  guard(call: Call, tool: Tool, context: ToolContext): Promise<ToolOutput | undefined>
  /** To be told when the result of a call is known. Until then nobody can say after a crash whether it happened. */
  finished(call: Call, context: ToolContext): Promise<void>
  /** What was refused only because no owner was there to ask. */
  unattended(): readonly Unattended[]
}

/** Calls that need an owner's word: asked for, waited for, used once. The word comes through `decide`, which no tool can reach. */
export function approvals(ports: ApprovalPorts): Approvals {
  const { clock, newId, rules = (facts: CallFacts) => judge(facts) } = ports
  const grants = approvalGrants(ports.grants, clock)
  const deciding = decisions({ grants, store: ports.grants, clock, newId })
  /** Grants that a call of this process waits for: a second call of the same kind is a request of its own. */
  const held = new Set<string>()
  /** Grants that this process used and whose result it will hear of: nothing about them is uncertain. */
  const running = new Set<string>()
  const unattended: Unattended[] = []

  async function guard(call: Call, tool: Tool, context: ToolContext): Promise<ToolOutput | undefined> {
    context.signal.throwIfAborted()
    let facts: CallFacts
    try {
      facts = await factsOf(call.input, tool, context, ports)
    } catch (error) {
      context.signal.throwIfAborted()
      return refusedOutput('unclear', error instanceof Error ? error.message : String(error))
    }
    const verdict = rules(facts)
    if (verdict === 'allow') return undefined
    if ('deny' in verdict) return refusedOutput('rule', verdict.deny)
    return approve(call, facts, verdict, context)
  }

  async function approve(call: Call, facts: CallFacts, verdict: Ask, context: ToolContext) {
    const hash = callHash(call.name, call.input, context.session)
    const rule = verdict.rule ?? verdict.ask
    const former = (await grants.ofTurn(context)).filter(({ grant }) => !held.has(grant.id))
    const same = former.filter(({ approval }) => approval.hash === hash)
    if (same.some((stored) => isUsed(stored) && !running.has(stored.grant.id))) return refusedOutput('uncertain')
    const lasting = [rule, call.name, facts.destination ?? hash].join('\n')
    if (await grants.isLasting(context.session, lasting)) return undefined
    const open = same.find(({ grant }) => grant.state === 'asked' || grant.state === 'given')
    const denied = former.some(
      ({ grant, approval }) => grant.state === 'denied' && approval.tool === call.name && approval.rule === rule,
    )
    if (!open && denied) return refusedOutput('again', verdict.ask)
    const stored = open ?? (await request(call, { hash, rule, lasting, why: verdict.ask }, context))
    return settle(stored, call, context, open !== undefined)
  }

  function request(
    { name, input }: Call,
    about: { readonly hash: string; readonly rule: string; readonly lasting: string; readonly why: string },
    { session, turn }: ToolContext,
  ): Promise<Stored> {
    const id = newId()
    // Held before it is stored: an equal call side by side must not take it for its own.
    held.add(id)
    return grants
      .put(id, { ...about, code: newCode(6), session, turn, tool: name, what: callText(name, input) })
      .catch((error: unknown) => {
        held.delete(id)
        throw error
      })
  }

  async function settle(stored: Stored, call: Call, context: ToolContext, again: boolean) {
    const { grant, approval } = stored
    held.add(grant.id)
    try {
      const ending = await decision(stored, context, again)
      if (ending === 'nobody') unattended.push({ what: approval.what, why: approval.why })
      if (ending !== 'given') return refusedOutput(ending, approval.why)
      context.signal.throwIfAborted()
      if (callHash(call.name, call.input, context.session) !== approval.hash) return refusedOutput('changed')
      // The move is the moment of use: it is true once, in whichever process.
      running.add(grant.id)
      if (await ports.grants.move(grant.id, 'given', 'used')) return undefined
      running.delete(grant.id)
      return refusedOutput('denied', approval.why)
    } finally {
      held.delete(grant.id)
    }
  }

  /** Until somebody decides. A grant that is no longer asked for says how it was decided. */
  async function decision(stored: Stored, context: ToolContext, again: boolean): Promise<Ending | 'given'> {
    const { grant } = stored
    const { expiresAt = 0 } = grant
    if (grant.state === 'asked' && clock.now() < expiresAt) {
      const said = await ask(requestOf(stored, context, again), context)
      if (said === 'given') await ports.grants.move(grant.id, 'asked', 'given')
      else if (said !== 'asked') return refuse(grant.id, said)
      else await deciding.changed(grant.id, expiresAt, context.signal)
    }
    const state = await grants.state(grant.id)
    if (state === 'asked') return refuse(grant.id, 'expired')
    if (state !== 'given') return 'denied'
    // What was given may be used a while later: a restart may lie between.
    if (clock.now() < expiresAt + decisionMs) return 'given'
    await ports.grants.move(grant.id, 'given', 'denied')
    return 'expired'
  }

  /** Ends a request, unless an owner decided it in the same moment. */
  async function refuse(id: string, ending: Ending): Promise<Ending | 'given'> {
    if (await ports.grants.move(id, 'asked', 'denied')) return ending
    return (await grants.state(id)) === 'given' ? 'given' : 'denied'
  }

  /** Asks the person at the terminal, who answers at once, or shows the request to an owner. */
  function ask(request: ApprovalRequest, { cause, signal }: ToolContext) {
    const confirm = cause === 'chat' && ports.isConsole(request.origin) ? ports.confirm : undefined
    return waitFor<'given' | 'asked' | Ending>(clock, request.expiresAt, signal, {
      late: 'expired',
      async work(ending) {
        if (!confirm) return ports.ask(request)
        const said = await confirm(request, ending)
        return said === undefined ? 'nobody' : said ? 'given' : 'denied'
      },
    })
  }

  return {
    guard,
    async finished({ name, input }, context) {
      const hash = callHash(name, input, context.session)
      const used = (await grants.ofTurn(context)).find((stored) => stored.approval.hash === hash && isUsed(stored))
      if (!used) return
      await grants.done(used)
      running.delete(used.grant.id)
    },
    unattended: () => unattended,
    decide: deciding.decide,
    pending: deciding.pending,
    revoke: deciding.revoke,
  }
}

const isUsed = ({ grant, approval }: Stored) => grant.state === 'used' && approval.doneAt === undefined

function requestOf({ grant, approval }: Stored, { origin, cause }: ToolContext, again: boolean): ApprovalRequest {
  const { code, tool, what, why, session, turn } = approval
  const expiresAt = grant.expiresAt ?? 0
  return { grant: grant.id, code, tool, what, why, session, turn, origin, cause, expiresAt, again }
}
