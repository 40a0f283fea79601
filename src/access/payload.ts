import { isJsonObject } from '../core/json.ts'
import type { Grant } from '../core/store.ts'

/** What a grant of ours carries; undefined when it is not one of ours. `key` is a member that every payload of this kind has. */
export function payloadOf<T>(grant: Grant, key: string & keyof T): T | undefined {
  try {
    const value: unknown = JSON.parse(grant.payload)
    return isJsonObject(value) && key in value ? (value as T) : undefined
  } catch {
    // A damaged grant gives nobody anything.
    return undefined
  }
}
