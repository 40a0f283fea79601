import type { InboundMessage } from '../core/channel.ts'
import type { Clock } from '../core/clock.ts'
import type { ChatRef } from '../core/place.ts'
import type { Cause } from '../core/provider.ts'
import type { GrantStore } from '../core/store.ts'
import type { Role, ToolContext } from '../core/tool.ts'
import type { CallFacts, Verdict } from './rules.ts'

/** Who decides. */
export interface Approver {
  readonly role: Role
  /** `channel:id`, or `console`. */
  readonly who: string
  /** True for what no person has just written: a job of the schedule, a program. It decides nothing. */
  readonly automatic: boolean
}

/** The one who wrote a message that passed the gate with `role`. */
export function approverOf({ from, at, due }: Pick<InboundMessage, 'from' | 'at' | 'due'>, role: Role): Approver {
  return { role, who: `${at.channel}:${from.id}`, automatic: due !== undefined || from.bot === true }
}

/** What an owner is asked. */
export interface ApprovalRequest {
  /** Id of the grant. */
  readonly grant: string
  /** What the owner types: `/approve CODE`, `/deny CODE`. */
  readonly code: string
  readonly tool: string
  /** Tool and arguments, exactly, on one line per argument; nothing in it is invisible. */
  readonly what: string
  /** Why it is asked: one sentence. */
  readonly why: string
  readonly session: string
  readonly turn: string
  readonly origin: ChatRef
  readonly cause: Cause
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** True after a restart: it may have been shown before. The id of the grant tells whether. */
  readonly again: boolean
}

/** What approvals need from elsewhere. */
export interface ApprovalPorts {
  readonly grants: GrantStore
  readonly clock: Clock
  newId(): string
  /** Default: the table in rules.ts. */
  rules?(facts: CallFacts): Verdict
  /**
   * Shows the request to an owner: in the chat it came from when the owner is there, else in the owner's own. `nobody`: there is none to
   * show it to.
   */
  ask(request: ApprovalRequest): Promise<'asked' | 'nobody'>
  /** Asks the person at the terminal, now; undefined when none is there. Used for calls of the terminal's own turns. */
  confirm?(request: ApprovalRequest, signal: AbortSignal): Promise<boolean | undefined>
  /** True when programs of this tool run behind a wall. */
  sandboxed(tool: string): Promise<boolean>
  /** True when the turn's chat is the terminal. By what the channel is, not by what it is called. */
  isConsole(origin: ChatRef): boolean
  /** True when a person whom the turn trusts named this destination in it; see `names`. */
  isNamed(destination: string, context: ToolContext): Promise<boolean>
}
