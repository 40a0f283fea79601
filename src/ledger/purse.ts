import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import type { Log } from '../core/log.ts'
import type { BudgetStore } from '../core/budget.ts'
import type { Call } from '../core/provider.ts'
import type { NoteStore } from '../core/store.ts'
import { minuteText, type Zone } from '../kit/zone.ts'
import type { Price } from '../models/entry.ts'
import { caps, capWords, readExtras, type KnownCap } from './caps.ts'
import { spentMicros, worstCase, worstMicros, type WorstCase } from './estimate.ts'
import { dollars } from './money.ts'
import type { Leave, Spent } from '../core/spent.ts'
import type { BudgetSettings, Spending } from './ports.ts'

export interface PurseParts {
  /** The configuration in use now. */
  settings(): BudgetSettings
  readonly budget: BudgetStore
  readonly notes: NoteStore
  readonly clock: Clock
  readonly log: Log
  /** Where days and months begin. */
  readonly zone: Zone
  newId(): string
}

/** An answer shorter than this is no sensible answer. */
const leastTokens = 256
/** What a call that never came back holds is free again after this. */
const reservedMs = 30 * 60_000
/** The cap moves while others reserve, so a lowered call may have to be lowered once more. */
const tries = 4
/** From here on a cap is told of, once. */
const warnAt = 0.8

/**
 * Leave to spend, or a Failure `budget` that names the cap, what was spent and when it is free again. The worst case of the call is
 * reserved before it goes out; a request of ours that does not fit is lowered to what does, while that is still an answer. What the call
 * has cost goes on its bill. Where nothing limits it, nothing is reserved and nothing written; undefined when there is no bill either.
 */
export function purse(parts: PurseParts): (spending: Spending) => Promise<Leave | undefined> {
  return async (spending) => {
    const { price, call, endpoint } = spending
    if (price && isFree(price)) return undefined
    const settings = parts.settings()
    const now = parts.clock.now()
    const extras = await readExtras(parts.notes, settings, now, parts.zone, call.session)
    const held = caps(settings, call, now, parts.zone, extras)
    const [narrowest] = held
    if (!narrowest) return price && call.bill && { notes: [], settle: async (spent) => void billed(price, call, spent) }
    if (!price) {
      if (settings.budget.unpriced === 'allow') return undefined
      throw unpriced(endpoint, narrowest)
    }
    const worst = worstCase(call)
    const reserved = await reserve(parts, { endpoint, price, worst, held, now })
    const lowered = reserved.output < worst.output
    return {
      ...((lowered || !worst.limited) && worst.settable && { maxTokens: reserved.output }),
      notes: [
        ...(lowered
          ? [
              `The answer may have ${reserved.output} tokens instead of ${worst.output}: more does not fit ${reserved.under}.`,
            ]
          : []),
        ...(await warnings(parts, held, now)),
      ],
      async settle(spent) {
        const scopes = [...new Set(held.map(({ scope }) => scope))]
        try {
          await parts.budget.settle(reserved.id, parts.clock.now(), billed(price, call, spent), scopes)
        } catch (error) {
          parts.log.error('What a model call cost could not be booked.', { call: call.id, error: String(error) })
        }
      },
    }
  }
}

/** Micro-dollars that a call has really cost, which are on its bill from now on. */
function billed(price: Price, call: Call, spent: Spent): number {
  const micros = spentMicros(price, call, spent)
  call.bill?.add(micros)
  return micros
}

const isFree = ({ input, output, cacheRead = 0, cacheWrite = 0 }: Price): boolean =>
  input === 0 && output === 0 && cacheRead === 0 && cacheWrite === 0

interface Wish {
  readonly endpoint: string
  readonly price: Price
  readonly worst: WorstCase
  readonly held: readonly KnownCap[]
  readonly now: number
}
interface Reserved {
  readonly id: string
  /** Tokens of the answer that are reserved. */
  readonly output: number
  /** The cap that made it less than wished. */
  readonly under: string
}

async function reserve({ budget, newId, zone }: PurseParts, wish: Wish): Promise<Reserved> {
  const { endpoint, price, worst, held, now } = wish
  const id = newId()
  const plain = held.map(({ scope, since, micros }) => ({ scope, since, micros }))
  let { output } = worst
  let under = ''
  for (let round = 1; ; round += 1) {
    const micros = worstMicros(price, { input: worst.input, output })
    const answer = await budget.reserve({ id, at: now, micros, caps: plain, expiresAt: now + reservedMs })
    if (answer.ok) return { id, output, under }
    const cap = held.find(({ scope, since }) => scope === answer.cap.scope && since === answer.cap.since) ?? held[0]
    const left = answer.cap.micros - answer.spent - answer.reserved
    const fits = fitting(price, worst, left)
    if (!cap || !worst.lowerable || fits < leastTokens || round === tries)
      throw reached(endpoint, cap, { ...answer, micros, now, zone })
    under = capWords(cap, dollars(cap.micros))
    output = Math.min(fits, output - 1)
  }
}

/** Tokens of an answer that what is left pays for. */
function fitting(price: Price, worst: WorstCase, left: number): number {
  const room = left - worstMicros(price, { input: worst.input, output: 0 })
  return price.output === 0 ? (room >= 0 ? worst.output : 0) : Math.floor(room / price.output)
}

function reached(
  endpoint: string,
  cap: KnownCap | undefined,
  facts: {
    readonly spent: number
    readonly reserved: number
    readonly micros: number
    readonly now: number
    readonly zone: Zone
  },
): Failure {
  const { spent, reserved, micros, zone } = facts
  const what = cap ? capWords(cap, dollars(cap.micros)) : 'a cap'
  const held = reserved > 0 ? `, ${dollars(reserved)} held by calls under way` : ''
  const again =
    cap?.frees === undefined
      ? 'Raise it with /budget.'
      : `It begins anew at ${minuteText(zone, cap.frees)} (${zone.name}).`
  return new Failure(
    'budget',
    `${endpoint}: ${what} leaves too little for this call: ${dollars(spent)} spent${held}, and it may cost ${dollars(micros)}. ${again}`,
    { endpoint, ...(cap?.frees !== undefined && { until: cap.frees }) },
  )
}

function unpriced(endpoint: string, cap: KnownCap): Failure {
  return new Failure(
    'budget',
    `${endpoint}: nobody knows what it costs, and ${capWords(cap, dollars(cap.micros))} is set. Give its row a price, or set budget.unpriced to "allow".`,
    { endpoint },
  )
}

/** A sentence for each cap that is nearly used up, once in its period. */
async function warnings(
  { budget, notes, zone }: PurseParts,
  held: readonly KnownCap[],
  now: number,
): Promise<readonly string[]> {
  const told: string[] = []
  for (const cap of held) {
    if (cap.micros <= 0) continue
    const { spent } = await budget.spent(cap.scope, cap.since, now)
    if (spent < cap.micros * warnAt) continue
    const name = `budget/told/${cap.scope}/${cap.period}`
    const mark = `${cap.since}:${cap.micros}`
    if ((await notes.get(name)) === mark) continue
    await notes.put(name, mark)
    const left = cap.frees === undefined ? '' : ` It begins anew at ${minuteText(zone, cap.frees)}.`
    told.push(`${dollars(spent)} of ${capWords(cap, dollars(cap.micros))} is spent.${left}`)
  }
  return told
}
