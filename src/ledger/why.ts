import { isJsonObject } from '../core/json.ts'
import { exitCodes, Problem } from '../core/problem.ts'
import type { TurnReport } from '../core/report.ts'
import type { Grant, LedgerRow, LogEntry, SessionState, TurnRecord } from '../core/store.ts'
import type { WhyStore } from './ports.ts'

/** Everything that is known about one turn. */
export interface WhyFacts {
  readonly turn: TurnRecord
  /** Absent while it runs, and for turns that never ended. */
  readonly report?: TurnReport
  /** Its wire attempts, oldest first. */
  readonly rows: readonly LedgerRow[]
  readonly messages: readonly LogEntry[]
  readonly memory: Pick<SessionState, 'summary' | 'after' | 'outside'>
  /** What it asked a person for. */
  readonly approvals: readonly WhyApproval[]
}

/** What a person was asked to allow, without what it could be answered with. */
export interface WhyApproval {
  readonly state: Grant['state']
  readonly tool?: string
  readonly what: string
}

/**
 * What is known about a turn. `id` may be the beginning of one, as long as only one begins so (of `session`, where that has one); without it
 * the last turn, of `session` where that is given. A Problem when there is none. Who may see the turn is for the caller to say.
 */
export async function whyFacts(store: WhyStore, id?: string, session?: string): Promise<WhyFacts> {
  const turn = await findTurn(store, id?.trim(), session)
  const [rows, messages, state, grants] = await Promise.all([
    store.ledger.rows({ turn: turn.id }),
    store.sessions.ofTurn(turn.id),
    store.sessions.state(turn.session),
    store.grants.find(`approval:${turn.session}`),
  ])
  const { summary, after, outside } = state
  const report = readReport(turn.report)
  return {
    turn,
    ...(report && { report }),
    rows: [...rows].reverse(),
    messages,
    memory: {
      ...(summary !== undefined && { summary }),
      ...(after !== undefined && { after }),
      ...(outside !== undefined && { outside }),
    },
    approvals: grants.flatMap((grant) => approvalIn(grant, turn) ?? []),
  }
}

function approvalIn({ payload, state, createdAt }: Grant, turn: TurnRecord): WhyApproval | undefined {
  if (createdAt < turn.at || createdAt > (turn.endedAt ?? Number.MAX_SAFE_INTEGER)) return undefined
  const asked = parse(payload)
  if (!isJsonObject(asked)) return { state, what: payload }
  if (asked['turn'] !== undefined && asked['turn'] !== turn.id) return undefined
  const { tool, what } = asked
  return {
    state,
    ...(typeof tool === 'string' && { tool }),
    what: typeof what === 'string' ? what : '',
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** How many turns back a beginning of an id is looked for. */
const searched = 5_000

async function findTurn({ turns }: WhyStore, id: string | undefined, session: string | undefined): Promise<TurnRecord> {
  const where = session === undefined ? {} : { session }
  if (!id) {
    const [last] = await turns.list({ limit: 1, ...where })
    if (last) return last
    throw new Problem('There is no turn yet.', { mend: 'Ask something first: picoclaw agent -m "Hello"' })
  }
  const exact = await turns.get(id)
  if (exact) return exact
  const found = (await turns.list({ limit: searched })).filter((turn) => turn.id.startsWith(id))
  const own = found.filter((turn) => turn.session === session)
  return theOne(own.length > 0 ? own : found, id)
}

/** The turn that was meant; a Problem when there are several, or none. */
function theOne(found: readonly TurnRecord[], id: string): TurnRecord {
  const [first, ...others] = found
  if (first && others.length === 0) return first
  if (first)
    throw new Problem(`${found.length} turns begin with "${id}".`, {
      mend: `Give more of it: ${found
        .slice(0, 3)
        .map((turn) => turn.id)
        .join(', ')}${found.length > 3 ? ' …' : ''}`,
      exitCode: exitCodes.usage,
    })
  throw new Problem(`There is no turn "${id}".`, { mend: 'Without an id the last turn is shown.' })
}

function readReport(text: string | undefined): TurnReport | undefined {
  const report = text === undefined ? undefined : parse(text)
  // A record of another version is shown without it.
  return isJsonObject(report) && Array.isArray(report['attempts']) ? (report as unknown as TurnReport) : undefined
}
