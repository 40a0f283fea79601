import type { Clock } from '../core/clock.ts'
import type { Provider } from '../core/provider.ts'
import type { CounterStore } from '../core/store.ts'
import { restOfAll, tryInOrder } from './try-in-order.ts'

export interface RotateOptions {
  readonly counters: CounterStore
  readonly clock: Clock
  /** When all members rest: fail at once, or ask the one whose rest ends first. */
  readonly whenAllRest?: 'fail' | 'soonest'
}

/**
 * The members of a pool take turns, one step a request; whoever fails is followed by the rest of the circle. Later calls of one turn
 * stay with the member that answered. The counter is stored, so processes take turns too; without a store it counts in memory.
 */
export function rotate(name: string, members: readonly Provider[], options: RotateOptions): Provider {
  const { counters, clock, whenAllRest = 'fail' } = options
  const stays = new WeakMap<object, Provider>()
  let counted = 0

  async function nextStart(): Promise<number> {
    if (members.length < 2) return 0
    const count = await counters.next(name).catch(() => counted)
    counted = count + 1
    return count % members.length
  }

  async function order(turn: object | undefined): Promise<readonly Provider[]> {
    const stay = turn && stays.get(turn)
    const start = stay ? members.indexOf(stay) : await nextStart()
    return [...members.slice(start), ...members.slice(0, start)]
  }

  async function soonest(): Promise<Provider | undefined> {
    if (whenAllRest === 'fail' || !(await restOfAll(members))) return undefined
    const rests = await Promise.all(members.map(async (member) => ({ member, rest: await member.resting?.() })))
    return rests.sort((left, right) => (left.rest?.until ?? 0) - (right.rest?.until ?? 0))[0]?.member
  }

  return {
    name,
    resting: () => (whenAllRest === 'soonest' ? Promise.resolve(undefined) : restOfAll(members)),
    async open(call, signal) {
      const awake = await soonest()
      if (awake) return awake.open({ ...call, standing: 'sole' }, signal)
      const { reply, by } = await tryInOrder(name, await order(call.turn), call, signal, clock)
      if (call.turn) stays.set(call.turn, by)
      return reply
    },
  }
}
