import type { Cause } from '../core/provider.ts'
import type { Effect, Role } from '../core/tool.ts'

/** Whom a call reaches: the chat or person of the turn itself, somebody a trusted person named, somebody else, or it does not say. */
export type Reach = 'own' | 'named' | 'new' | 'unsaid'

/** What the rules go by. */
export interface CallFacts {
  readonly tool: string
  readonly effects: readonly Effect[]
  readonly destination?: string
  readonly reach: Reach
  /** Text from outside is in the turn. A sub-agent has its parent's. */
  readonly tainted: boolean
  readonly role: Role
  readonly cause: Cause
  /** Depth of sub-agents. No rule asks for it: a sub-agent has the rights of its parent, neither more nor less. */
  readonly depth: number
  /** Programs run behind a wall. */
  readonly sandboxed: boolean
  /** An owner's own turn at the terminal. */
  readonly console: boolean
  /** May delete or overwrite what is there: an overwriting write, a command that is not plainly reading. */
  readonly loses: boolean
  /** A job of the schedule that runs a command. */
  readonly command: boolean
}

export type Verdict =
  | 'allow'
  | { readonly ask: string; readonly rule?: string }
  | { readonly deny: string; readonly rule?: string }

/** One row: it fits when everything that it names is so. */
export interface Rule {
  readonly id: string
  /** One of these. */
  readonly effects: readonly Effect[]
  /** And this one. */
  readonly with?: Effect
  readonly reach?: readonly Reach[]
  readonly tainted?: boolean
  readonly role?: Role
  readonly cause?: readonly Cause[]
  readonly sandboxed?: boolean
  readonly console?: boolean
  readonly loses?: boolean
  readonly command?: boolean
  readonly verdict: 'ask' | 'deny'
  /** One sentence, for the owner and for the model. */
  readonly reason: string
}

const every: readonly Effect[] = [
  'write',
  'memory',
  'send',
  'run',
  'network',
  'install',
  'schedule',
  'delegate',
  'settings',
]
const elsewhere: readonly Reach[] = ['named', 'new', 'unsaid']
const unnamed: readonly Reach[] = ['new', 'unsaid']

/** Who may do what. The first row that fits decides; what no row names is allowed. `docs/access.md` shows it. */
export const ruleTable = [
  {
    id: 'inner-call',
    effects: every,
    cause: ['compaction', 'classifier', 'title', 'voice', 'test'],
    verdict: 'deny',
    reason: 'What picoclaw asks a model for its own needs uses no tools.',
  },
  {
    id: 'no-sandbox',
    effects: ['run'],
    sandboxed: false,
    console: false,
    verdict: 'ask',
    reason: 'There is no sandbox, so the program could reach everything on this machine.',
  },
  {
    id: 'tainted-no-sandbox',
    effects: ['run'],
    sandboxed: false,
    tainted: true,
    verdict: 'ask',
    reason: 'Text from outside is in this turn, and there is no sandbox for the program.',
  },
  {
    id: 'member-run',
    effects: ['run'],
    role: 'member',
    verdict: 'ask',
    reason: 'A member, not an owner, wants to run a program.',
  },
  {
    id: 'member-command-job',
    effects: ['schedule'],
    role: 'member',
    command: true,
    verdict: 'ask',
    reason: 'A member, not an owner, wants to schedule a command.',
  },
  {
    id: 'member-install',
    effects: ['install'],
    role: 'member',
    verdict: 'ask',
    reason: 'A member, not an owner, wants to install something.',
  },
  {
    id: 'member-settings',
    effects: ['settings'],
    role: 'member',
    verdict: 'ask',
    reason: 'A member, not an owner, wants to change how picoclaw behaves.',
  },
  {
    id: 'member-memory',
    effects: ['memory'],
    role: 'member',
    reach: elsewhere,
    verdict: 'ask',
    reason: 'A member, not an owner, wants to change what the conversations of others go by.',
  },
  {
    id: 'member-send',
    effects: ['send'],
    role: 'member',
    reach: elsewhere,
    verdict: 'ask',
    reason: 'A member, not an owner, wants to write to another chat.',
  },
  {
    id: 'tainted-run-network',
    effects: ['run'],
    with: 'network',
    tainted: true,
    verdict: 'ask',
    reason: 'Text from outside is in this turn, and the program can reach the network.',
  },
  {
    id: 'tainted-run',
    effects: ['run'],
    tainted: true,
    loses: true,
    verdict: 'ask',
    reason: 'Text from outside is in this turn, and the command may delete or overwrite something.',
  },
  {
    id: 'tainted-send',
    effects: ['send'],
    tainted: true,
    reach: elsewhere,
    verdict: 'ask',
    reason: 'Text from outside is in this turn, and the message would go to another chat.',
  },
  {
    id: 'tainted-network',
    effects: ['network'],
    tainted: true,
    reach: unnamed,
    verdict: 'ask',
    reason: 'Text from outside is in this turn, and nobody in it named this place.',
  },
  {
    id: 'tainted-install',
    effects: ['install'],
    tainted: true,
    verdict: 'ask',
    reason: 'Text from outside is in this turn, and something would be installed.',
  },
  {
    id: 'tainted-memory',
    effects: ['memory'],
    tainted: true,
    verdict: 'ask',
    reason: 'Text from outside is in this turn, and later turns would trust what is written.',
  },
  {
    id: 'tainted-schedule',
    effects: ['schedule'],
    tainted: true,
    verdict: 'ask',
    reason: 'Text from outside is in this turn, and the schedule would change.',
  },
  {
    id: 'tainted-settings',
    effects: ['settings'],
    tainted: true,
    verdict: 'ask',
    reason: 'Text from outside is in this turn, and picoclaw would behave differently from now on.',
  },
  {
    id: 'tainted-overwrite',
    effects: ['write'],
    tainted: true,
    loses: true,
    verdict: 'ask',
    reason: 'Text from outside is in this turn, and a file that is there would be replaced.',
  },
] as const satisfies readonly Rule[]

/** The verdict of a table on a call. */
export function judge(facts: CallFacts, table: readonly Rule[] = ruleTable): Verdict {
  const rule = table.find((rule) => fits(rule, facts))
  if (!rule) return 'allow'
  return rule.verdict === 'deny' ? { deny: rule.reason, rule: rule.id } : { ask: rule.reason, rule: rule.id }
}

const equal = ['tainted', 'role', 'sandboxed', 'console', 'loses', 'command'] as const

function fits(rule: Rule, facts: CallFacts): boolean {
  return (
    rule.effects.some((effect) => facts.effects.includes(effect)) &&
    (rule.with === undefined || facts.effects.includes(rule.with)) &&
    (rule.reach === undefined || rule.reach.includes(facts.reach)) &&
    (rule.cause === undefined || rule.cause.includes(facts.cause)) &&
    equal.every((name) => rule[name] === undefined || rule[name] === facts[name])
  )
}
