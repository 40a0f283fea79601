import type { InboundMessage } from '../core/channel.ts'
import type { Clock } from '../core/clock.ts'
import { placeKey } from '../core/place.ts'
import { type BurstTimes, bursts } from './bursts.ts'
import type { Work } from './work.ts'

/** Messages that belong together often address the bot but once: an album has one caption, a paste is cut into parts. */
export interface Families {
  /** What was let in just before a message of the same person, and which it may go on with. */
  kinOf(message: InboundMessage): Work | undefined
  /** Remembers what was let in; the items of its album that came earlier and were refused. */
  letIn(work: Work): readonly InboundMessage[]
  /** Remembers an item of an album that was refused, in memory alone: one that is let in may follow. */
  refused(item: InboundMessage): void
}

export function families(times: BurstTimes, clock: Clock): Families {
  const forget = () => undefined
  const inside = bursts<Work>(times, clock, forget)
  const outside = bursts<InboundMessage>(times, clock, forget)
  return {
    kinOf(message) {
      const key = familyOf(message)
      return inside.find((work) => familyOf(work.message) === key)
    },
    letIn(work) {
      const key = familyOf(work.message)
      inside.add(key, work, kindOf(work.message))
      return outside.drop((item) => familyOf(item) === key)
    },
    refused: (item) => outside.add(familyOf(item), item, kindOf(item)),
  }
}

/** Messages of one person in one place belong together; an album by its id, what they pass on apart from their own words. */
export const familyOf = ({ at, from, album = '', forwardedFrom = '' }: InboundMessage): string =>
  [placeKey(at), from.id, album, forwardedFrom].join('\n')

/** How long to wait for more of a family. */
export const kindOf = ({ album }: InboundMessage) => (album === undefined ? 'text' : 'album')
