import type { BudgetStore } from '../core/budget.ts'
import type { NoteStore } from '../core/store.ts'
import { minuteText, type Zone } from '../kit/zone.ts'
import { allCaps, capWords, caps, raiseCap, readExtras, setSessionBudget, type KnownCap } from './caps.ts'
import { dollars, micros } from './money.ts'
import type { BudgetSettings } from './ports.ts'

/** A cap with how it stands. */
export interface CapState extends KnownCap {
  readonly spent: number
  readonly reserved: number
}

interface BudgetParts {
  readonly settings: BudgetSettings
  readonly budget: Pick<BudgetStore, 'spent'>
  readonly notes: Pick<NoteStore, 'get' | 'put' | 'list' | 'remove'>
  readonly now: number
  readonly zone: Zone
}

/** Every cap and how it stands; with a session its own budget first. */
export async function budgetReport(parts: BudgetParts, session?: string): Promise<readonly CapState[]> {
  const { settings, budget, notes, now, zone } = parts
  const extras = await readExtras(notes, settings, now, zone, session)
  const own = session === undefined ? [] : caps({ budget: {} }, { session }, now, zone, extras)
  return Promise.all(
    [...own, ...allCaps(settings, now, zone, extras)].map(async (cap) => ({
      ...cap,
      ...(await budget.spent(cap.scope, cap.since, now)),
    })),
  )
}

/** The caps as a chat shows them. */
export function budgetText(states: readonly CapState[], zone: Zone): string {
  if (states.length === 0)
    return 'No cap is set: nothing limits what models may cost. Set one in the configuration (budget.day, in dollars) or for this conversation with "/budget 2".'
  return states.map((state) => `- ${stateText(state, zone)}`).join('\n')
}

function stateText({ spent, reserved, frees, raised, ...cap }: CapState, zone: Zone): string {
  const left = Math.max(0, cap.micros - spent - reserved)
  const words = capWords(cap, dollars(cap.micros))
  const held = reserved > 0 ? `, ${dollars(reserved)} held by calls under way` : ''
  const more = raised === 0 ? '' : `; ${dollars(raised)} of it was added for this ${cap.period}`
  const again = frees === undefined ? '' : `; anew at ${minuteText(zone, frees)}`
  return `${words[0]?.toUpperCase()}${words.slice(1)}: ${dollars(spent)} spent${held}, ${dollars(left)} left${more}${again}.`
}

/** What somebody asks of `/budget`. */
export type BudgetWish =
  | { readonly wish: 'show' }
  /** More (or less) for the day. Owners only. */
  | { readonly wish: 'raise'; readonly micros: number }
  /** A budget of its own for the conversation; undefined takes it away. */
  | { readonly wish: 'session'; readonly micros: number | undefined }
  | { readonly wish: 'unclear' }

/** Reads the words after `/budget`: nothing, `+5`, `-1`, `+5 today`, `2`, `$2.50`, `off`. */
export function budgetWish(text: string): BudgetWish {
  const words = text.trim().toLowerCase()
  if (words === '') return { wish: 'show' }
  if (words === 'off' || words === 'none') return { wish: 'session', micros: undefined }
  const [, sign, figure] = /^([+-]?)\s*\$?\s*(\d{1,6}(?:[.,]\d{1,6})?)\s*\$?(?:\s+today)?$/.exec(words) ?? []
  if (figure === undefined) return { wish: 'unclear' }
  const amount = micros(Number(figure.replace(',', '.')))
  if (sign === '') return { wish: 'session', micros: amount }
  return { wish: 'raise', micros: sign === '-' ? -amount : amount }
}

/** Does what `/budget …` asks for and tells how things stand then. `owner`: whoever asks may raise caps. */
export async function budgetCommand(
  parts: BudgetParts,
  { text, session, owner }: { readonly text: string; readonly session: string; readonly owner: boolean },
): Promise<string> {
  const { settings, notes, now, zone } = parts
  const asked = budgetWish(text)
  const show = async () => budgetText(await budgetReport(parts, session), zone)
  if (asked.wish === 'show') return show()
  if (asked.wish === 'unclear')
    return `"${text.trim()}" is no amount. Use /budget to see the caps, /budget +5 for five dollars more today, /budget 2 for a budget of this conversation, /budget off to end it.`
  if (!owner) return 'Only an owner may change what may be spent.'
  if (asked.wish === 'session') {
    await setSessionBudget(notes, session, asked.micros, now)
    return asked.micros === undefined ? `This conversation has no budget of its own now.\n${await show()}` : show()
  }
  const period = settings.budget.day === undefined ? 'month' : 'day'
  if (settings.budget[period] === undefined)
    return 'There is no cap for a day or a month that could be raised. Set budget.day in the configuration.'
  await raiseCap(notes, period, asked.micros, now, zone)
  return show()
}
