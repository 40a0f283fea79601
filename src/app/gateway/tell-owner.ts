import type { Log } from '../../core/log.ts'
import type { Assistant } from '../desk/desk.ts'
import type { KeptChannel } from './keep-channel.ts'

export interface TellOwnerParts {
  readonly desk: {
    readonly admission: Pick<Assistant['admission'], 'ownerChats'>
    readonly road: Pick<Assistant['road'], 'send'>
  }
  channels(): readonly Pick<KeptChannel, 'name' | 'health'>[]
  readonly log: Log
}

/**
 * Writes to an owner, where one was last heard among the channels that are up. While none is up, the words wait in the outbox of the one
 * that was heard last. Never rejects: what cannot be told stands in the log alone.
 */
export async function tellOwner({ desk, channels, log }: TellOwnerParts, text: string): Promise<void> {
  try {
    const places = await desk.admission.ownerChats()
    const up = channels().filter((channel) => channel.health().state === 'up')
    const place = places.find(({ channel }) => up.some(({ name }) => name === channel)) ?? places[0]
    if (place) await desk.road.send(place.channel, 'owner', { to: place, text, repeatable: true })
  } catch (error) {
    log.error(`No owner could be told: ${String(error)}`)
  }
}
