import type { ChatEvent, ChatRequest } from '../core/chat.ts'
import type { JsonObject } from '../core/json.ts'
import type { Blame } from './blame.ts'
import type { Endpoint, Fetch } from './endpoint.ts'

/** A request in a vendor's own form. */
export interface Encoded {
  readonly body: JsonObject
  /** What had to be changed or left out, one sentence each. */
  readonly notes: readonly string[]
  /** The tool's own name for the name that went over the wire. */
  readonly toolName: (wire: string) => string
}

/** Reads one answer, frame by frame. A Failure is thrown for an error in the stream and for a broken frame. */
export interface Decoder {
  /** The events of one frame; the last is `end` when the frame ends the answer. */
  frame(data: string, event: string | undefined): readonly ChatEvent[]
  /** The events of an answer in one piece. */
  whole(answer: JsonObject): readonly ChatEvent[]
  /** The stream is over: its `end`, or a Failure `cut`. */
  close(): readonly ChatEvent[]
  /** True when the answer is complete though `end` is not yet told: only usage may follow. */
  readonly complete: boolean
}

export interface DecoderContext {
  readonly blame: Blame
  readonly toolName: (wire: string) => string
  /** Unique per call; names tool calls that the vendor left without an id. */
  readonly seed: string
}

/** A wire protocol as data and small functions; `converse` does the rest. */
export interface Dialect {
  /** The name by which a client's own request is known to be in this dialect. */
  readonly id: string
  url(endpoint: Endpoint): string
  encode(endpoint: Endpoint, request: ChatRequest, stream: boolean): Promise<Encoded>
  /** Headers of every request, the entry's own included. `beta` are the client's anthropic-beta values on a relay. */
  headers(
    endpoint: Endpoint,
    token: string | undefined,
    client?: Readonly<Record<string, string>>,
  ): Record<string, string>
  /** Sends a body through the vendor's SDK: no retries, no time limit of its own. */
  send(url: string, body: JsonObject, headers: Record<string, string>, fetch: Fetch): Promise<Response>
  decoder(context: DecoderContext): Decoder
}
