import type { Cap } from '../core/budget.ts'
import type { NoteStore } from '../core/store.ts'
import type { Zone } from '../kit/zone.ts'
import { dateText } from '../kit/zone.ts'
import { micros } from './money.ts'
import type { BudgetSettings, Limits } from './ports.ts'

/** A cap with what people want to know of it. */
export interface KnownCap extends Cap {
  readonly period: 'day' | 'month' | 'session'
  /** When it begins anew; absent for the budget of a conversation. */
  readonly frees?: number
  /** What an owner added for this period, in micro-dollars; part of `micros`. */
  readonly raised: number
}

/** Whom a call belongs to, as far as caps go by it. */
export interface Spender {
  readonly agent?: string | undefined
  readonly cause?: string | undefined
  readonly client?: string | undefined
  readonly session?: string | undefined
}

/** What owners said in a chat, beside the configuration. */
export interface Extras {
  /** Micro-dollars added to the caps on everything: for the day, for the month. */
  readonly raised: { readonly day: number; readonly month: number }
  /** The budget of the conversation that asks. */
  readonly session?: { readonly micros: number; readonly since: number } | undefined
}
const noExtras: Extras = { raised: { day: 0, month: 0 } }

/** Every cap that holds for a call, the narrowest first. Empty when nothing limits it. */
export function caps(
  { budget, keys }: BudgetSettings,
  { agent, cause, client, session }: Spender,
  now: number,
  zone: Zone,
  extras: Extras = noExtras,
): readonly KnownCap[] {
  const none = { day: 0, month: 0 }
  const own = extras.session
  return [
    ...(own && session !== undefined
      ? [{ scope: `session:${session}`, since: own.since, micros: own.micros, period: 'session' as const, raised: 0 }]
      : []),
    ...capsOf(`key:${client}`, client === undefined ? undefined : of(keys, client), now, zone, none),
    ...capsOf(`agent:${agent}`, agent === undefined ? undefined : of(budget.per_agent, agent), now, zone, none),
    ...capsOf(`cause:${cause}`, cause === undefined ? undefined : of(budget.per_cause, cause), now, zone, none),
    ...capsOf('all', budget, now, zone, extras.raised),
  ]
}

const of = (table: Readonly<Record<string, Limits>> | undefined, name: string): Limits | undefined =>
  table && Object.hasOwn(table, name) ? table[name] : undefined

function capsOf(
  scope: string,
  limits: Limits | undefined,
  now: number,
  zone: Zone,
  raised: Extras['raised'],
): readonly KnownCap[] {
  return (['day', 'month'] as const).flatMap((period) => {
    const amount = limits?.[period]
    if (amount === undefined) return []
    return [
      {
        scope,
        since: zone.startOf(period, now),
        micros: micros(amount) + raised[period],
        period,
        frees: zone.startOf(period, now, 1),
        raised: raised[period],
      },
    ]
  })
}

/** Every cap there is, whoever asks. */
export function allCaps(
  settings: BudgetSettings,
  now: number,
  zone: Zone,
  extras: Extras = noExtras,
): readonly KnownCap[] {
  const { budget, keys = {} } = settings
  const none = { day: 0, month: 0 }
  const named = (kind: string, table: Readonly<Record<string, Limits>> = {}) =>
    Object.entries(table).flatMap(([name, limits]) => capsOf(`${kind}:${name}`, limits, now, zone, none))
  return [
    ...capsOf('all', budget, now, zone, extras.raised),
    ...named('agent', budget.per_agent),
    ...named('cause', budget.per_cause),
    ...named('key', keys),
  ]
}

const raiseName = (period: 'day' | 'month', now: number, zone: Zone): string => {
  const date = dateText(zone, now)
  return `budget/raise/${period}/${period === 'day' ? date : date.slice(0, 7)}`
}
const sessionName = (session: string): string => `budget/session/${session}`

/** What owners said that holds now. */
export async function readExtras(
  notes: Pick<NoteStore, 'get'>,
  { budget }: BudgetSettings,
  now: number,
  zone: Zone,
  session: string | undefined,
): Promise<Extras> {
  const read = async (period: 'day' | 'month') => {
    const value = budget[period] === undefined ? 0 : await notes.get(raiseName(period, now, zone))
    return typeof value === 'number' ? value : 0
  }
  const raised = { day: await read('day'), month: await read('month') }
  const own = session === undefined ? undefined : await notes.get(sessionName(session))
  return { raised, session: isSessionBudget(own) ? own : undefined }
}

function isSessionBudget(value: unknown): value is { readonly micros: number; readonly since: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'micros' in value &&
    'since' in value &&
    typeof value.micros === 'number' &&
    typeof value.since === 'number'
  )
}

/** Adds micro-dollars (or takes them away) for the day or the month that `now` lies in. Resolves to the sum for that period. */
export async function raiseCap(
  notes: Pick<NoteStore, 'get' | 'put' | 'list' | 'remove'>,
  period: 'day' | 'month',
  amount: number,
  now: number,
  zone: Zone,
): Promise<number> {
  const name = raiseName(period, now, zone)
  for (const old of await notes.list(`budget/raise/${period}/`)) if (old.name < name) await notes.remove(old.name)
  const before = await notes.get(name)
  const sum = (typeof before === 'number' ? before : 0) + amount
  await notes.put(name, sum)
  return sum
}

/** Gives a conversation a budget of its own from `now` on; undefined takes it away. */
export async function setSessionBudget(
  notes: Pick<NoteStore, 'put' | 'remove'>,
  session: string,
  amount: number | undefined,
  now: number,
): Promise<void> {
  if (amount === undefined) await notes.remove(sessionName(session))
  else await notes.put(sessionName(session), { micros: amount, since: now })
}

/** A cap in words: `the cap of $1.00 a day`, `the cap of $2.00 a month for the agent main`. */
export function capWords({ scope, period }: Pick<KnownCap, 'scope' | 'period'>, amount: string): string {
  const [kind = '', ...rest] = scope.split(':')
  const name = rest.join(':')
  if (period === 'session') return `the budget of ${amount} for this conversation`
  const whose: Readonly<Record<string, string>> = {
    agent: ` for the agent ${name}`,
    cause: ` for ${name}`,
    key: ` for the gateway key ${name}`,
  }
  return `the cap of ${amount} a ${period}${whose[kind] ?? ''}`
}
