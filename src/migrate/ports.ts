import type { Json } from '../core/json.ts'
import type { Message } from '../core/message.ts'

/** Where imported conversations go: a part of the store. */
export interface ImportTarget {
  readonly sessions: {
    append(session: string, turn: string, at: number, messages: readonly Message[]): Promise<void>
    read(session: string): Promise<readonly { readonly turn: string }[]>
    ofTurn(turn: string): Promise<readonly object[]>
    change(session: string, state: { readonly summary: string; readonly outside: boolean }): Promise<void>
  }
  readonly notes: {
    get(name: string): Promise<Json | undefined>
    put(name: string, value: Json): Promise<void>
  }
  readonly blobs: {
    put(bytes: Uint8Array, mime: string): Promise<string>
  }
}
