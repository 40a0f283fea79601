import type { Clock } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Log } from '../../core/log.ts'
import type { BlobStore, NoteStore } from '../../core/store.ts'

/** Where it is remembered how a tool looked when it was first seen. */
export type McpNotes = Pick<NoteStore, 'get' | 'put' | 'remove'>

/** Where results go that are no text to read at once. */
export interface McpResults {
  readonly blobs?: Pick<BlobStore, 'put'>
  /** Writes a file into the workspace; resolves to its path as read_file takes it. */
  save?(name: string, content: string | Uint8Array): Promise<string>
}

/** What a server says about one of its tools. */
export interface RemoteTool {
  /** In the server's own words. */
  readonly name: string
  readonly description: string
  /** JSON schema of its input. */
  readonly schema: JsonObject
  /** The server promises that it changes nothing. */
  readonly readOnly: boolean
}

/** An open conversation with a server. */
export interface Connection {
  tools(signal: AbortSignal): Promise<readonly RemoteTool[]>
  /** The result as the server sent it. Rejects when the server refuses, and with whatever ended the conversation. */
  call(tool: string, input: JsonObject, signal: AbortSignal): Promise<JsonObject>
  /** Resolves when the server answers anything at all. */
  ping(signal: AbortSignal): Promise<void>
  /** Ends it, and a program that was started for it with everything that came of it. */
  close(): Promise<void>
}

/** What may happen in between. */
export interface ConnectionEvents {
  /** The conversation is over. */
  closed(why: string): void
  /** The list of tools is another one. */
  changed(): void
  /** Something went wrong that may or may not be the end. */
  doubted(): void
}

/** How a server is reached; everything is resolved. */
export interface ServerPlan {
  readonly name: string
  readonly by: StdioPlan | HttpPlan
}
export interface StdioPlan {
  readonly type: 'stdio'
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
}
export interface HttpPlan {
  /** `auto` tries streamable HTTP, then the older SSE. */
  readonly type: 'http' | 'sse' | 'auto'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a conversation is held with. */
export interface ConnectAround {
  readonly clock: Clock
  readonly log: Log
  readonly fetch: typeof globalThis.fetch
  /** Our own version, told to the server. */
  readonly version: string
  /** Blots out what this server was given as secret. */
  redact(text: string): string
}

export type Connect = (
  plan: ServerPlan,
  around: ConnectAround,
  events: ConnectionEvents,
  signal: AbortSignal,
) => Promise<Connection>
