import type { DeliveryKind } from '../core/channel.ts'

interface DeliveryRule {
  /**
   * `again`: the same message once more. `keyed`: once more where the platform drops doubles, else uncertain. `dead`: never again. `close`:
   * neither this message nor another, until somebody writes from the chat.
   */
  readonly next: 'again' | 'keyed' | 'move' | 'dead' | 'close'
  /** Milliseconds before the first repetition where the platform names none; doubled for each further one. */
  readonly waitMs: number
}

/** What a failed send means. */
export const deliveryPolicy = {
  'not-sent': { next: 'again', waitMs: 1_000 },
  'rate-limit': { next: 'again', waitMs: 1_000 },
  auth: { next: 'again', waitMs: 60_000 },
  uncertain: { next: 'keyed', waitMs: 1_000 },
  moved: { next: 'move', waitMs: 0 },
  gone: { next: 'close', waitMs: 0 },
  refused: { next: 'dead', waitMs: 0 },
} as const satisfies Record<DeliveryKind, DeliveryRule>

/** The longest wait between two tries, in milliseconds. */
const longestWait = 60_000

/** Milliseconds before try number `tries + 1`. */
export function waitBefore(kind: DeliveryKind, tries: number, named: number | undefined): number {
  return named ?? Math.min(longestWait, deliveryPolicy[kind].waitMs * 2 ** Math.min(tries - 1, 10))
}

/** Tries of a message that may be repeated before it counts as uncertain. */
export const mostTries = 3
