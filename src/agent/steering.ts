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
}

/** `next` gives out one message of the person, in its parts; nothing when none waits. */
export function steering(next: () => readonly UserMessage[], mode: SteeringMode): Steering {
  let given: readonly UserMessage[] = []
  // What is not given out yet can still be edited or taken back: no more than one is held here.
  const waiting = () => {
    if (given.length === 0) given = next()
    return given.length > 0
  }
  function takeOne(): readonly UserMessage[] {
    const message = waiting() ? given : []
    given = []
    return message
  }
  return {
    waiting,
    take() {
      if (mode === 'one-at-a-time') return takeOne()
      const due: UserMessage[] = []
      while (waiting()) due.push(...takeOne())
      return due
    },
  }
}
