import type { UserMessage } from '../core/message.ts'

/** How messages that arrive during a turn are taken in: one before each model call, or all of them. */
export type SteeringMode = 'one-at-a-time' | 'all'

/** The mode that a text names; whatever else it says is `one-at-a-time`. */
export function parseSteeringMode(text: string): SteeringMode {
  return text.trim().toLowerCase() === 'all' ? 'all' : 'one-at-a-time'
}

/** Messages on their way into a turn. */
export interface Steering {
  /** True when one waits. */
  waiting(): boolean
  /** Those that are due before the next model call. */
  take(): readonly UserMessage[]
  /** Everything that was not taken. */
  rest(): readonly UserMessage[]
}

export function steering(arrived: () => readonly UserMessage[], mode: SteeringMode): Steering {
  const queue: UserMessage[] = []
  const look = () => queue.push(...arrived())
  return {
    waiting: () => look() > 0,
    take() {
      look()
      return queue.splice(0, mode === 'all' ? queue.length : 1)
    },
    rest: () => queue.splice(0),
  }
}
