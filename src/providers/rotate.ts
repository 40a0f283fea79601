import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Call, Provider } from '../core/provider.ts'
import type { CounterStore } from '../core/store.ts'
import { earliest, tryInOrder, someFree } from './try-in-order.ts'

/** One of several that take turns. */
export interface Member {
  readonly provider: Provider
  /** Members with the same text differ only in key or base; they stand in for each other before any other member does. */
  readonly model: string
}
export interface Turns {
  readonly counters: CounterStore
  readonly clock: Clock
  readonly log: Log
  /** When all members rest and nobody outside is free: ask the one that is free first, instead of failing. */
  readonly whenAllRest?: 'soonest' | undefined
}

/**
 * Members take turns, one step per request; the counter is stored, so turns go on in the next process. Later calls of one turn stay on
 * the member that answered the first, or begin where the first began. When a member fails or rests, those with the same model are asked next, then the others.
 */
export function rotate(
  name: string,
  members: readonly Member[],
  { counters, clock, log, whenAllRest }: Turns,
): Provider {
  const providers = members.map(({ provider }) => provider)
  /** By turn: the member that comes first. */
  const stays = new WeakMap<object, number>()
  let spare = 0

  const step = async (): Promise<number> => {
    try {
      return await counters.next(`rotate:${name}`)
    } catch (error) {
      log.warn('Whose turn it is could not be read from the store; counting goes on in memory.', {
        name,
        error: String(error),
      })
      return spare++
    }
  }
  const firstOf = async (turn: object | undefined): Promise<number> => {
    const start = (turn && stays.get(turn)) ?? (await step()) % members.length
    if (turn) stays.set(turn, start)
    return start
  }
  const ringFrom = (start: number): readonly Provider[] => {
    const ring = [...members.slice(start), ...members.slice(0, start)]
    const kin = ring.filter(({ model }) => model === ring[0]?.model)
    return [...kin, ...ring.filter((member) => !kin.includes(member))].map(({ provider }) => provider)
  }
  const allResting = () => earliest(providers)

  return {
    name,
    async open(call, signal) {
      const outer = call.standing ?? 'sole'
      const only = providers.length === 1 ? providers[0] : undefined
      const order = only ? [only] : ringFrom(await firstOf(call.turn))
      const standing = async (index: number): Promise<Call['standing']> => {
        if (only || outer === 'one-of-many') return outer
        return (await someFree(order.slice(index + 1))) ? 'one-of-many' : 'last'
      }
      const soonest = whenAllRest === 'soonest' && outer !== 'one-of-many' ? await allResting() : undefined
      const { reply, by } = soonest
        ? await tryInOrder(name, [soonest.provider], call, signal, clock, async () => 'sole')
        : await tryInOrder(name, order, call, signal, clock, standing)
      if (call.turn && !only) stays.set(call.turn, providers.indexOf(by))
      return reply
    },
    async resting() {
      return (await allResting())?.resting
    },
  }
}
