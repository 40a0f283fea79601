import type { House } from '../house.ts'
import type { Assistant, AssistantOptions } from './desk.ts'

/** What is added to a desk beside the rooms that every turn needs. */
export interface Extensions {
  readonly desk: Pick<AssistantOptions, 'more' | 'skills' | 'schedule' | 'services' | 'voice'>
  /** After another version of the configuration was taken over. */
  adopt?(): Promise<void>
  /** Begins what works by itself. */
  start?(desk: Assistant): Promise<void>
  stop?(): Promise<void>
  close(): Promise<void>
}

export function extensions(_house: House, _options: { readonly waits: boolean }): Extensions {
  return { desk: {}, async close() {} }
}
